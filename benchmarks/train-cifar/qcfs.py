"""Quantisation, clip, floor, shift (Bu et al., ICLR 2022), and what becomes of it in spiking neurons."""

import torch
from torch import Tensor, nn


class Quantise(torch.autograd.Function):
    """h = lambda clip(floor(z L / lambda + 1/2) / L, 0, 1), floor straight-through, gated by 0 < z < lambda."""

    @staticmethod
    def forward(ctx, z: Tensor, bound: Tensor, levels: int) -> Tensor:
        h = quantised(z, bound.item(), levels)
        ctx.save_for_backward(z, h, bound)
        return h

    @staticmethod
    def backward(ctx, toward: Tensor) -> tuple[Tensor, Tensor, None]:
        """dh/dlambda: (h - z) / lambda within the gate, 1 above, 0 below. Masks of booleans would take ten times as long."""
        z, h, bound = ctx.saved_tensors
        top = bound.item()
        passed = torch.ops.aten.hardtanh_backward(toward, z, 0, top)
        within = (h - z).mul_(passed).sum() / top
        above = torch.ops.aten.threshold_backward(toward, z, top).sum()
        return passed, (within + above).to(bound.dtype), None


def quantised(z: Tensor, bound: float, levels: int) -> Tensor:
    return (z * (levels / bound)).add_(0.5).floor_().clamp_(0, levels).mul_(bound / levels)


class Qcfs(nn.Module):
    """The activation with one trained bound."""

    def __init__(self, levels: int, bound: float) -> None:
        super().__init__()
        self.levels = levels
        self.bound = nn.Parameter(torch.tensor(bound))

    def forward(self, z: Tensor) -> Tensor:
        return Quantise.apply(z, self.bound, self.levels)


class Converted(nn.Module):
    """
    The neurons that take the place of a `Qcfs`: v(0) = theta / 2, they fire from theta = lambda on, and lose theta.
    Reads currents of all steps `[steps * images, ...]`, or `[images, ...]` that are the same in every step.
    """

    def __init__(self, bound: float, steps: int, first: bool) -> None:
        super().__init__()
        self.bound, self.steps, self.first = bound, steps, first

    def forward(self, z: Tensor) -> Tensor:
        currents = [z] * self.steps if self.first else z.chunk(self.steps)
        potential = torch.full_like(currents[0], self.bound / 2)
        outputs = []
        for current in currents:
            potential = potential + current
            outputs.append((potential >= self.bound).float() * self.bound)
            potential = potential - outputs[-1]
        return torch.cat(outputs)
