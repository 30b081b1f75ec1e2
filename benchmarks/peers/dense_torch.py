"""Clock-driven simulation in plain PyTorch, as fast as PyTorch itself makes it.

Layer by layer over a few steps at a time: steps and samples are folded into one batch for the layers without memory.
The first layer's current is the same in every step and is computed once.
"""

from dataclasses import asdict, dataclass

import torch

from torch_chain import Chain
from workload_file import Layer

HALF_THRESHOLD = 0.5


@dataclass(frozen=True)
class Variant:
    """One way to run the same arithmetic: `fold` steps of `group` samples make one batch."""

    compiled: bool
    channels_last: bool
    fold: int
    group: int

    def as_json(self) -> dict:
        return asdict(self)


def eager_variants(batch: int, steps: int) -> list[Variant]:
    folds = sorted({1, min(8, steps), min(32, steps)})
    groups = sorted({batch, min(8, batch)})
    return [
        Variant(False, channels_last, fold, group)
        for channels_last in (True, False)
        for fold in folds
        for group in groups
    ]


def compiled_variants(batch: int, steps: int) -> list[Variant]:
    """Each takes seconds to compile, so only folds that make 4 to 256 images a pass are tried."""
    groups = sorted({batch, min(8, batch)})
    pairs = [(fold, group) for group in groups for fold in ((1, 4) if group >= 4 else (4, 16))]
    return [Variant(True, True, fold, group) for fold, group in pairs if fold <= steps]


class Simulation:
    """A network and one way to run it."""

    def __init__(self, layers: list[Layer], variant: Variant):
        self.variant = variant
        self.names = [layer.name for layer in layers if layer.kind == "neuron"]
        self.chain = Chain(layers, variant.channels_last, in_place=not variant.compiled).eval()
        self.advance = torch.compile(self.chain, dynamic=False) if variant.compiled else self.chain

    def run(self, images: torch.Tensor, steps: int, counting: bool = False):
        """Simulates all samples; returns their scores and, if wanted, the spikes of each neuron by layer."""
        parts = [self.run_group(part, steps, counting) for part in images.split(self.variant.group)]
        scores = torch.cat([scores for scores, _ in parts])
        counts = [torch.cat(layer) for layer in zip(*(counts for _, counts in parts))]
        return scores, dict(zip(self.names, counts))

    def run_group(self, images: torch.Tensor, steps: int, counting: bool):
        images = images.contiguous(memory_format=self.chain.layout)
        current = self.chain.linear(self.chain.layers[0], images)
        potentials = [torch.full_like(each, HALF_THRESHOLD) for each in self.chain.potentials(current)]
        scores, totals = 0, []
        for step in range(0, steps, self.variant.fold):
            fold = min(self.variant.fold, steps - step)
            part, potentials, counts = self.advance(current, potentials, fold, counting)
            scores = scores + part
            totals = [total + count for total, count in zip(totals, counts)] if totals else counts
        return scores, totals
