"""Where a training run stands after an epoch, in a file beside its log."""

import argparse
from pathlib import Path

import torch

from cnn import Cnn


def checkpoint_path(options: argparse.Namespace) -> Path:
    return options.log.with_suffix(".checkpoint")


def save_checkpoint(options, progress: dict, model: Cnn, optimizer) -> None:
    draft = options.log.with_suffix(".part")
    torch.save({**progress, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, draft)
    draft.rename(checkpoint_path(options))


def resumed(options, model: Cnn, optimizer) -> tuple[int, float]:
    state = torch.load(checkpoint_path(options), weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"], state["seconds"]
