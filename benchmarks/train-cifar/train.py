"""Trains the small VGG on CIFAR-10 and writes it as a network file. See README.md."""

import argparse
import json
import math
import time
from pathlib import Path

import torch
from torch import Tensor, nn

import cifar
import network_file
from vgg import Qcfs, Vgg

BATCH = 128
MOMENTUM = 0.9
WEIGHT_DECAY = 5e-4
WARM_UP = 0.1
# Of a ReLU's values, for the first lambda. 0.999 is usual in conversion, but makes the one spike by which a neuron errs too
# large a one: see LAMBDA in apps/reference/src/train/recipe.ts.
QUANTILE = 0.9


def main() -> None:
    options = parse()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    images, labels = cifar.read(options.data, "train")
    model = Vgg(activation(options)).to(memory_format=torch.channels_last)
    if options.init:
        network_file.load(options.init, model)
    if options.activation == "qcfs" and options.init:
        set_bounds(model, cifar.scaled(images[:1000]))
    optimizer = torch.optim.SGD(
        model.parameters(), lr=options.rate, momentum=MOMENTUM, nesterov=True, weight_decay=WEIGHT_DECAY
    )
    done, seconds = resumed(options, model, optimizer) if options.resume else (0, 0.0)
    log = options.log.open("a" if options.resume else "w")
    views = cifar.crops(images)
    for epoch in range(done + 1, options.epochs + 1):
        start = time.process_time()
        report = train_epoch(options, model, optimizer, views, labels, epoch)
        seconds += time.process_time() - start
        bounds = {"lambdas": [round(a.bound.item(), 4) for a in model.activations]} if options.activation == "qcfs" else {}
        write(log, {"epoch": epoch, **report, "cpuSeconds": round(seconds, 1), **bounds})
        save_checkpoint(options, {"epoch": epoch, "seconds": seconds}, model, optimizer)
    accuracy = evaluate(model, *cifar.read(options.data, "test"))
    write(log, {"testAccuracy": accuracy, "testImages": 10_000, "cpuSeconds": round(seconds, 1)})
    network_file.save(options.out, model, meta(options, accuracy, seconds))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the official binary files")
    parser.add_argument("--activation", choices=["relu", "qcfs"], default="relu")
    parser.add_argument("--levels", type=int, default=4, help="L of qcfs")
    parser.add_argument("--bound", type=float, default=4.0, help="first lambda of qcfs without --init")
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--rate", type=float, default=0.1, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--init", type=Path, help="network file to start from")
    parser.add_argument("--out", type=Path, required=True, help="network file to write")
    parser.add_argument("--log", type=Path, required=True, help="JSON lines, one an epoch")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint beside --log")
    return parser.parse_args()


def activation(options: argparse.Namespace):
    return nn.ReLU if options.activation == "relu" else lambda: Qcfs(options.levels, options.bound)


@torch.no_grad()
def set_bounds(model: Vgg, images: Tensor) -> None:
    """Sets each lambda to a percentile of what a ReLU would give, layer by layer, over training images."""

    def observe(place: int, z: Tensor) -> None:
        model.activations[place].bound.copy_(z.relu().flatten().kthvalue(round(QUANTILE * z.numel())).values)

    model.eval()
    model(images, observe)


def train_epoch(options, model: Vgg, optimizer, views: Tensor, labels: Tensor, epoch: int) -> dict:
    """Visits every image once; a remainder sits out. All randomness comes from (seed, epoch)."""
    model.train()
    random = torch.Generator().manual_seed(options.seed * 100_000 + epoch)
    order = torch.randperm(len(labels), generator=random)
    steps = len(labels) // BATCH
    loss_sum, correct = 0.0, 0
    for step in range(steps):
        rows = order[step * BATCH : (step + 1) * BATCH]
        rate = options.rate * schedule(((epoch - 1) * steps + step) / (options.epochs * steps))
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16):
            scores = model(cifar.augmented(views, rows, random)).float()
        loss = nn.functional.cross_entropy(scores, labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if not math.isfinite(loss.item()):
            raise RuntimeError(f"Cannot train: the loss must stay finite: {loss.item()} in epoch {epoch}")
        loss_sum += loss.item()
        correct += (scores.argmax(1) == labels[rows]).sum().item()
    return {"loss": round(loss_sum / steps, 4), "trainAccuracy": round(correct / (steps * BATCH), 4)}


def schedule(progress: float) -> float:
    """Rises linearly over the first tenth, then falls to 0 as a cosine."""
    return progress / WARM_UP if progress < WARM_UP else (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP))) / 2


@torch.no_grad()
def evaluate(model: Vgg, images: Tensor, labels: Tensor) -> float:
    """Share of images classified rightly, in float32."""
    model.eval()
    right = [(model(cifar.scaled(x)).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500))]
    return sum(right) / len(labels)


def checkpoint_path(options: argparse.Namespace) -> Path:
    return options.log.with_suffix(".checkpoint")


def save_checkpoint(options, progress: dict, model: Vgg, optimizer) -> None:
    draft = options.log.with_suffix(".part")
    torch.save({**progress, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, draft)
    draft.rename(checkpoint_path(options))


def resumed(options, model: Vgg, optimizer) -> tuple[int, float]:
    state = torch.load(checkpoint_path(options), weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"], state["seconds"]


def meta(options, accuracy: float, seconds: float) -> dict:
    quantised = options.activation == "qcfs"
    choice = f" --activation qcfs --levels {options.levels}" if quantised else ""
    init = f" --init apps/reference/networks/{options.init.name}" if options.init else ""
    recipe = {
        "batchSize": BATCH,
        "optimizer": "sgd, nesterov",
        "momentum": MOMENTUM,
        "learningRate": options.rate,
        "schedule": f"linear over {WARM_UP}, cosine",
        "weightDecay": WEIGHT_DECAY,
        "augmentation": f"mirror, crop with margin {cifar.MARGIN}",
        "numbers": "bfloat16 autocast, float32 weights",
        **({"lambda": f"from the quantile {QUANTILE} of the ReLU network, decayed as weights"} if options.init else {}),
    }
    return {
        "name": "cifar10-vgg-small",
        "preprocessing": "intensity / 255",
        "classNames": cifar.CLASS_NAMES,
        "source": {
            "dataset": "CIFAR-10, 50,000 official training images",
            "command": f"python benchmarks/train-cifar/train.py --epochs {options.epochs} --rate {options.rate}"
            f" --seed {options.seed}{choice}{init}",
            "epochs": options.epochs,
            "seed": options.seed,
            "recipe": json.dumps(recipe),
            "selection": "last epoch",
            "testImages": 10_000,
            "testAccuracy": accuracy,
            "trainedWith": f"PyTorch {torch.__version__}, one processor core",
            "cpuSeconds": round(seconds),
        },
    }


def write(log, line: dict) -> None:
    print(json.dumps(line), file=log, flush=True)


if __name__ == "__main__":
    main()
