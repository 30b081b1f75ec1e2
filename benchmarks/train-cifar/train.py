"""Trains a network of the reference app and writes it as a network file. See README.md."""

import argparse
import json
import math
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

import images as moved
import network_file
from checkpoint import checkpoint_path, resumed, save_checkpoint
from cnn import Cnn
from data_sets import read
from description import describe
from evaluation import accuracy, converted, through_time
from lif import Lif
from options import parse
from qcfs import Qcfs
from rcs import rcs
from recipes import LEAKS, QUANTILE, RECIPES, make_optimizer
from tet import mean_score, tet


def main() -> None:
    options = parse()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    recipe = RECIPES[options.data_set]
    images, labels, evaluation = data(options)
    model = Cnn(recipe.plan, activation(options)).to(memory_format=torch.channels_last)
    if options.init:
        network_file.load(options.init, model)
    if options.activation == "qcfs" and options.init:
        set_bounds(model, moved.scaled(images[:1000]))
    optimizer = make_optimizer(model, recipe, options.rate)
    done, seconds = resumed(options, model, optimizer) if options.resume else (0, 0.0)
    log = options.log.open("a" if options.resume else "w")
    views = moved.crops(images, recipe.margin)
    for epoch in range(done + 1, options.epochs + 1):
        start = time.process_time()
        report = train_epoch(options, model, optimizer, views, labels, epoch)
        seconds += time.process_time() - start
        write(log, {"epoch": epoch, **report, "cpuSeconds": round(seconds, 1), **learnt(model)})
        save_checkpoint(options, {"epoch": epoch, "seconds": seconds}, model, optimizer)
    result = evaluate(options, model, *evaluation)
    write(log, {**result, "cpuSeconds": round(seconds, 1)})
    if not options.hold_out:
        network_file.save(options.out, model, describe(options, result["testAccuracy"], seconds))
    checkpoint_path(options).unlink()


def data(options: argparse.Namespace) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
    """Images to train on and their classes, then those to evaluate on: the test images, or the last training images."""
    images, labels = read(options.data_set, options.data, "train")
    held = len(labels) - options.hold_out
    evaluation = (images[held:], labels[held:]) if options.hold_out else read(options.data_set, options.data, "test")
    return images[:held], labels[:held], evaluation


def activation(options: argparse.Namespace) -> Callable[[int], nn.Module]:
    """Makes the activation of a block from its place."""
    if options.method:
        return lambda place: Lif(LEAKS[options.method], options.steps, place == 0, options.method == "tebn")
    if options.activation == "qcfs":
        return lambda place: Qcfs(options.levels, options.bound)
    return lambda place: nn.ReLU()


@torch.no_grad()
def set_bounds(model: Cnn, images: Tensor) -> None:
    """Sets each lambda to a percentile of what a ReLU would give, layer by layer, over training images."""

    def observe(place: int, z: Tensor) -> None:
        model.activations[place].bound.copy_(z.relu().flatten().kthvalue(round(QUANTILE * z.numel())).values)

    model.eval()
    model(images, observe)


def train_epoch(options, model: Cnn, optimizer, views: Tensor, labels: Tensor, epoch: int) -> dict:
    """Visits every image once; a remainder sits out. All randomness comes from (seed, epoch)."""
    model.train()
    recipe = RECIPES[options.data_set]
    random = torch.Generator().manual_seed(options.seed * 100_000 + epoch)
    order = torch.randperm(len(labels), generator=random)
    steps = len(labels) // recipe.batch
    loss_sum, penalty_sum, correct = 0.0, 0.0, 0
    for step in range(steps):
        rows = order[step * recipe.batch : (step + 1) * recipe.batch]
        rate = options.rate * recipe.schedule(((epoch - 1) * steps + step) / (options.epochs * steps))
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = moved.augmented(views, rows, recipe.mirrored, random)
        loss, penalty, right = losses(options, model, batch, labels[rows])
        optimizer.zero_grad()
        (loss + options.rcs * penalty).backward()
        optimizer.step()
        if not math.isfinite(loss.item()):
            raise RuntimeError(f"Cannot train: the loss must stay finite: {loss.item()} in epoch {epoch}")
        loss_sum += loss.item()
        penalty_sum += penalty.item()
        correct += right.sum().item()
    penalties = {"rcs": round(penalty_sum / steps, 3)} if options.rcs else {}
    return {"loss": round(loss_sum / steps, 4), "trainAccuracy": round(correct / (steps * recipe.batch), 4), **penalties}


def losses(options, model: Cnn, batch: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The loss of the task, what RCS adds to it before alpha, and which images are classified rightly."""
    layers = []
    with torch.autocast("cpu", torch.bfloat16):
        scores = model(batch, lambda place, z: layers.append(z)).float()
    if options.method:
        scores = scores.unflatten(0, (options.steps, -1))
        loss = (tet if options.method == "tet" else mean_score)(scores, labels)
        return loss, torch.tensor(0.0), scores.mean(0).argmax(1) == labels
    right = scores.argmax(1) == labels
    penalty = rcs(layers, right) if options.rcs else torch.tensor(0.0)
    return nn.functional.cross_entropy(scores, labels), penalty, right


def evaluate(options, model: Cnn, images: Tensor, labels: Tensor) -> dict:
    """Accuracy, and for what spikes or will spike, how it comes about step by step."""
    steps = options.steps
    result = {}
    if options.method:
        result = through_time(model, images, labels, steps)
    elif options.activation == "qcfs":
        result = through_time(converted(model, steps), images, labels, steps)
    final = result["accuracyAtSteps"][-1] if options.method else accuracy(model, images, labels)
    part = "heldOut" if options.hold_out else "test"
    return {f"{part}Accuracy": final, f"{part}Images": len(labels), **result}


def learnt(model: Cnn) -> dict:
    """What the activations have learnt."""
    bounds = [round(a.bound.item(), 4) for a in model.activations if isinstance(a, Qcfs)]
    gains = [[round(gain, 3) for gain in a.gains.tolist()] for a in model.activations if getattr(a, "gains", None) is not None]
    return {**({"lambdas": bounds} if bounds else {}), **({"gains": gains} if gains else {})}


def write(log, line: dict) -> None:
    print(json.dumps(line), file=log, flush=True)


if __name__ == "__main__":
    main()
