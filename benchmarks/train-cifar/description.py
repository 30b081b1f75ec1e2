"""What a network file says about how its network came to be."""

import argparse
import json

import torch

from data_sets import DATA_SETS
from recipes import LEAKS, MOMENTUM, QUANTILE, RECIPES
from tet import TARGET_WEIGHT

BASES = {"mnist": "mnist-cnn", "fashion-mnist": "fashion-mnist-cnn", "cifar10": "cifar10-vgg-small"}


def name_of(options: argparse.Namespace) -> str:
    """Of the network file, such as `mnist`, `mnist-qcfs4-rcs` or `mnist-tet`."""
    return options.data_set + suffix(options)


def suffix(options: argparse.Namespace) -> str:
    if options.method:
        return f"-{options.method}"
    return (f"-qcfs{options.levels}" if options.activation == "qcfs" else "") + ("-rcs" if options.rcs else "")


def describe(options: argparse.Namespace, accuracy: float, seconds: float) -> dict:
    data_set = DATA_SETS[options.data_set]
    return {
        "name": BASES[options.data_set] + suffix(options),
        "preprocessing": "intensity / 255",
        "classNames": list(data_set.class_names),
        "source": {
            "dataset": f"{data_set.title}, {data_set.training_images:,} official training images ({data_set.origin})",
            "command": command(options),
            "epochs": options.epochs,
            "seed": options.seed,
            "recipe": json.dumps(recipe(options)),
            "selection": "last epoch",
            "testImages": 10_000,
            "testAccuracy": accuracy,
            "trainedWith": f"PyTorch {torch.__version__}, one processor core",
            "cpuSeconds": round(seconds),
            **({"steps": options.steps} if options.method else {}),
        },
    }


def command(options: argparse.Namespace) -> str:
    """What makes the network again, from the root of the repository."""
    words = [f"python benchmarks/train-cifar/train.py --data-set {options.data_set}"]
    if options.method:
        words.append(f"--method {options.method} --steps {options.steps}")
    elif options.activation == "qcfs":
        words.append(f"--activation qcfs --levels {options.levels}")
        if not options.init and options.bound != RECIPES[options.data_set].bound:
            words.append(f"--bound {options.bound}")
    if options.rcs:
        words.append(f"--rcs {options.rcs}")
    words.append(f"--epochs {options.epochs} --rate {options.rate} --seed {options.seed}")
    if options.init:
        words.append(f"--init apps/reference/networks/{options.init.name}")
    return " ".join(words)


def recipe(options: argparse.Namespace) -> dict:
    given = RECIPES[options.data_set]
    kernels, bounds, rest = given.decays
    fields = {
        "batchSize": given.batch,
        "optimizer": given.optimizer,
        "learningRate": options.rate,
        "schedule": f"linear over {given.warm_up}, cosine" if given.warm_up else "cosine",
        "weightDecay": kernels,
        "otherDecay": rest,
        "augmentation": f"{'mirror, ' if given.mirrored else ''}crop with margin {given.margin}",
        "numbers": "bfloat16 autocast, float32 weights",
    }
    if given.optimizer == "sgd":
        fields["momentum"] = f"nesterov {MOMENTUM}"
    if options.activation == "qcfs":
        fields["lambda"] = f"from the quantile {QUANTILE} of the ReLU network" if options.init else options.bound
        fields["lambdaDecay"] = bounds
    if options.rcs:
        fields["regularizer"] = f"RCS, form for ANNs, alpha {options.rcs}"
    if options.method:
        fields["neuron"] = f"leak {LEAKS[options.method]}, threshold 1, reset to 0, triangular surrogate"
        fields["batchNorm"] = "over images and steps" + (", with a factor a step" if options.method == "tebn" else "")
        fields["loss"] = f"TET, lambda {TARGET_WEIGHT}" if options.method == "tet" else "cross-entropy of the mean score"
    return fields
