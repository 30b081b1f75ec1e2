"""Leaky integrate-and-fire neurons through time, with the triangular surrogate gradient of TET and TEBN."""

import torch
from torch import Tensor, nn

THRESHOLD = 1.0


class Fire(torch.autograd.Function):
    """
    u <- leak v + x; s = 1 if u > theta, else 0; v = u (1 - s), with ds/du = max(0, 1 - |u - theta|). Reads x `[steps or 1,
    images, channels, height, width]`, one step standing for all, and gives s `[steps, ...]`.
    """

    @staticmethod
    def forward(ctx, x: Tensor, steps: int, leak: float) -> Tensor:
        shape = (steps * x.shape[1], *x.shape[2:])
        potentials, spikes = (
            torch.empty(shape, dtype=kind, memory_format=torch.channels_last).unflatten(0, (steps, -1))
            for kind in (torch.float32, x.dtype)
        )
        rest, fired = torch.zeros_like(potentials[0]), torch.empty_like(potentials[0])
        for step in range(steps):
            potential = potentials[step].copy_(x[step % len(x)]).add_(rest, alpha=leak)
            spikes[step].copy_(torch.gt(potential, THRESHOLD, out=fired))
            torch.sub(potential, nn.functional.threshold(potential, THRESHOLD, 0.0), out=rest)
        ctx.save_for_backward(potentials)
        ctx.leak, ctx.given = leak, len(x)
        return spikes

    @staticmethod
    def backward(ctx, toward: Tensor) -> tuple[Tensor, None, None]:
        (potentials,) = ctx.saved_tensors
        gradients = torch.empty_like(potentials)
        to_rest = torch.zeros_like(potentials[0])
        for step in reversed(range(len(potentials))):
            potential = potentials[step]
            slope = (potential - THRESHOLD).abs_().neg_().add_(1).clamp_(min=0)
            kept = to_rest - torch.ops.aten.threshold_backward(to_rest, potential, THRESHOLD)
            to_spike = toward[step].float().sub_(to_rest.mul_(potential))
            torch.mul(slope, to_spike, out=gradients[step]).add_(kept)
            torch.mul(gradients[step], ctx.leak, out=to_rest)
        return gradients if ctx.given > 1 else gradients.sum(0, keepdim=True), None, None


class Lif(nn.Module):
    """
    A layer of neurons; time lies in the batch: `[steps * images, ...]` in and out, but the `first` layer reads
    `[images, ...]`, the same current in every step. With `scaled`, each step's current is multiplied by a trained number:
    p of temporal effective batch normalisation (Duan et al., NeurIPS 2022).
    """

    def __init__(self, leak: float, steps: int, first: bool, scaled: bool) -> None:
        super().__init__()
        self.leak, self.steps, self.first = leak, steps, first
        self.gains = nn.Parameter(torch.ones(steps)) if scaled else None

    def forward(self, z: Tensor) -> Tensor:
        x = z[None] if self.first else z.unflatten(0, (self.steps, -1))
        if self.gains is not None:
            x = x * self.gains.to(x.dtype)[:, None, None, None, None]
        return Fire.apply(x, self.steps, self.leak).flatten(0, 1)
