"""How well networks classify, at the end and step by step. All in float32."""

import copy

import torch
from torch import Tensor

from cnn import Cnn
from images import scaled
from qcfs import Converted

CHUNK = 500


@torch.no_grad()
def accuracy(model: Cnn, images: Tensor, labels: Tensor) -> float:
    """Share of images classified rightly, for an ANN."""
    model.eval()
    chunks = zip(images.split(CHUNK), labels.split(CHUNK))
    return sum((model(scaled(x)).argmax(1) == y).sum().item() for x, y in chunks) / len(labels)


@torch.no_grad()
def through_time(model: Cnn, images: Tensor, labels: Tensor, steps: int) -> dict:
    """
    For a spiking network: the share of images that the scores summed up to step 1, 2, ... classify rightly; and the
    optimal cutoff time step, the mean step from which on the class stays right, `steps` if never.
    """
    model.eval()
    chunks = zip(images.split(CHUNK), labels.split(CHUNK))
    rights = [model(scaled(x)).unflatten(0, (steps, -1)).cumsum(0).argmax(2) == y for x, y in chunks]
    right = torch.cat(rights, 1).double()
    stable = right.flip(0).cumprod(0).flip(0)
    first = (steps - stable.sum(0) + 1).clamp(max=steps)
    return {"accuracyAtSteps": right.mean(1).tolist(), "optimalCutoff": round(first.mean().item(), 4)}


def converted(model: Cnn, steps: int) -> Cnn:
    """The spiking network that a QCFS network is converted to."""
    spiking = copy.deepcopy(model)
    for place, activation in enumerate(model.activations):
        spiking.activations[place] = Converted(activation.bound.item(), steps, place == 0)
    return spiking
