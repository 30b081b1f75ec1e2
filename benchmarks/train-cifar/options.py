"""What train.py can be told."""

import argparse
from pathlib import Path

from data_sets import DATA_SETS, ROOT
from description import name_of
from recipes import LEAKS, RECIPES


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Trains a network of the reference app. See README.md.")
    parser.add_argument("--data-set", choices=list(DATA_SETS), default="cifar10")
    parser.add_argument("--data", type=Path, help="folder of the official files")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--activation", choices=["relu", "qcfs"], help="of an ANN; relu unless --method is given")
    kind.add_argument("--method", choices=list(LEAKS), help="train a spiking network directly")
    parser.add_argument("--steps", type=int, default=4, help="T of --method")
    parser.add_argument("--levels", type=int, default=4, help="L of qcfs")
    parser.add_argument("--bound", type=float, help="first lambda of qcfs without --init")
    parser.add_argument("--rcs", type=float, default=0, help="alpha, the weight of the RCS regulariser of an ANN")
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--rate", type=float, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--init", type=Path, help="network file to start from")
    parser.add_argument("--hold-out", type=int, default=0, help="training images to evaluate on; no file is written")
    parser.add_argument("--out", type=Path, help="network file to write")
    parser.add_argument("--log", type=Path, help="JSON lines, one an epoch")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint beside --log")
    options = parser.parse_args()
    if options.rcs and options.method:
        parser.error("--rcs is for an ANN")
    if not options.method:
        options.activation = options.activation or "relu"
    options.data = options.data or DATA_SETS[options.data_set].folder
    options.rate = options.rate or RECIPES[options.data_set].rate
    options.bound = options.bound or RECIPES[options.data_set].bound
    options.out = options.out or ROOT / f"apps/reference/networks/{name_of(options)}.safetensors"
    options.log = options.log or Path(__file__).parent / f"logs/{name_of(options)}.jsonl"
    return options
