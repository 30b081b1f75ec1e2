"""The small VGG: six 3x3 convolutions with batch normalisation, three 2x2 averages, one dense layer; 38.6 MMAC."""

import torch
from torch import Tensor, nn

CHANNELS = (32, 32, 64, 64, 128, 128)
CLASSES = 10
EPSILON = 1e-3


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
    """Quantisation, clip, floor, shift (Bu et al., ICLR 2022) with one trained bound."""

    def __init__(self, levels: int, bound: float) -> None:
        super().__init__()
        self.levels = levels
        self.bound = nn.Parameter(torch.tensor(bound))

    def forward(self, z: Tensor) -> Tensor:
        return Quantise.apply(z, self.bound, self.levels)


class Vgg(nn.Module):
    """Reads `[batch, 3, 32, 32]` in [0, 1], gives ten scores."""

    def __init__(self, activation) -> None:
        super().__init__()
        sizes = (3, *CHANNELS)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1, bias=False) for before, after in zip(sizes, CHANNELS)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels, eps=EPSILON) for channels in CHANNELS)
        self.activations = nn.ModuleList(activation() for _ in CHANNELS)
        self.dense = nn.Linear(4 * 4 * CHANNELS[-1], CLASSES)

    def forward(self, x: Tensor, observe=lambda place, z: None) -> Tensor:
        for place, (convolution, norm, activation) in enumerate(zip(self.convolutions, self.norms, self.activations)):
            z = norm(convolution(x))
            observe(place, z)
            x = activation(z)
            if place % 2 == 1:
                x = nn.functional.avg_pool2d(x, 2)
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))
