"""The networks: blocks of 3x3 convolution, batch normalisation and activation, 2x2 averages, a dense layer."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

CLASSES = 10
EPSILON = 1e-3


@dataclass(frozen=True)
class Plan:
    side: int
    channels: int
    # A number stands for a block of so many channels.
    layers: tuple[int | str, ...]

    @property
    def blocks(self) -> tuple[int, ...]:
        return tuple(layer for layer in self.layers if layer != "pool")

    @property
    def pooled(self) -> tuple[bool, ...]:
        """Whether a pool follows each block."""
        following = zip(self.layers, (*self.layers[1:], None))
        return tuple(then == "pool" for layer, then in following if layer != "pool")


# 54,778 parameters, 1.70 million multiplications an image.
SMALL = Plan(28, 1, (16, "pool", 32, "pool", 64))
# 307,946 parameters, 38.65 million multiplications an image.
VGG = Plan(32, 3, (32, 32, "pool", 64, 64, "pool", 128, 128, "pool"))


class Cnn(nn.Module):
    """Reads `[batch, channels, height, width]` in [0, 1], gives ten scores."""

    def __init__(self, plan: Plan, activation: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self.plan = plan
        sizes = (plan.channels, *plan.blocks)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1, bias=False) for before, after in zip(sizes, plan.blocks)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels, eps=EPSILON) for channels in plan.blocks)
        self.activations = nn.ModuleList(activation(place) for place in range(len(plan.blocks)))
        side = plan.side // 2 ** sum(plan.pooled)
        self.dense = nn.Linear(side * side * plan.blocks[-1], CLASSES)

    def forward(self, x: Tensor, observe: Callable[[int, Tensor], None] = lambda place, z: None) -> Tensor:
        """`observe` receives what each activation is about to read."""
        blocks = zip(self.convolutions, self.norms, self.activations, self.plan.pooled)
        for place, (convolution, norm, activation, pooled) in enumerate(blocks):
            z = norm(convolution(x))
            observe(place, z)
            x = activation(z)
            if pooled:
                x = nn.functional.avg_pool2d(x, 2)
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))
