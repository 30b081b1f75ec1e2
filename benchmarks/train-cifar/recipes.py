"""How the networks of a data set are trained. Those of MNIST and Fashion-MNIST: apps/reference/src/train/recipe.ts says why."""

import math
from dataclasses import dataclass

import torch

from cnn import SMALL, VGG, Cnn, Plan
from qcfs import Qcfs

MOMENTUM = 0.9
# A ReLU network's percentile, where lambda of QCFS begins with --init. 0.999 is usual in conversion, but makes the one spike
# by which a neuron errs too large a one: see BOUNDS in apps/reference/src/train/recipe.ts.
QUANTILE = 0.9
# Leak of a neuron, as the authors of each method have it.
LEAKS = {"tet": 0.5, "tebn": 0.25}


@dataclass(frozen=True)
class Recipe:
    plan: Plan
    batch: int
    optimizer: str
    # The highest learning rate, unless --rate says otherwise.
    rate: float
    # The share of all steps over which the learning rate rises.
    warm_up: float
    # Decay of kernels, of lambda, and of everything else.
    decays: tuple[float, float, float]
    # Where lambda of QCFS begins without --init.
    bound: float
    # Images are cropped at random with so many zeros around them.
    margin: int
    mirrored: bool

    def schedule(self, progress: float) -> float:
        """Rises linearly, then falls to 0 as a cosine."""
        if progress < self.warm_up:
            return progress / self.warm_up
        return (1 + math.cos(math.pi * (progress - self.warm_up) / (1 - self.warm_up))) / 2


RECIPES = {
    "mnist": Recipe(SMALL, 64, "adamw", 0.003, 0, (0.05, 0.5, 0), 0.4, 1, False),
    "fashion-mnist": Recipe(SMALL, 64, "adamw", 0.003, 0, (0.05, 0.05, 0), 0.6, 1, False),
    "cifar10": Recipe(VGG, 128, "sgd", 0.1, 0.1, (5e-4, 5e-4, 5e-4), 4.0, 4, True),
}


def make_optimizer(model: Cnn, recipe: Recipe, rate: float) -> torch.optim.Optimizer:
    kernels = [layer.weight for layer in (*model.convolutions, model.dense)]
    bounds = [activation.bound for activation in model.activations if isinstance(activation, Qcfs)]
    named = {id(parameter) for parameter in (*kernels, *bounds)}
    rest = [parameter for parameter in model.parameters() if id(parameter) not in named]
    groups = [
        {"params": parameters, "weight_decay": decay}
        for parameters, decay in zip((kernels, bounds, rest), recipe.decays)
        if parameters
    ]
    if recipe.optimizer == "adamw":
        return torch.optim.AdamW(groups, rate, fused=True)
    return torch.optim.SGD(groups, rate, momentum=MOMENTUM, nesterov=True)
