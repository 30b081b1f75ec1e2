"""The layers of a network as one PyTorch module that takes a few time steps at once."""

import torch
import torch.nn.functional as F

from workload_file import Layer


class Chain(torch.nn.Module):
    """All layers after the first, for some steps folded into one batch."""

    def __init__(self, layers: list[Layer], channels_last: bool, in_place: bool):
        super().__init__()
        self.layers = layers
        self.layout = torch.channels_last if channels_last else torch.contiguous_format
        self.fire = fire_in_place if in_place else fire_unrolled
        for layer in layers:
            if layer.weight is not None:
                image = layer.weight.dim() == 4
                weight = layer.weight.contiguous(memory_format=self.layout) if image else layer.weight
                self.register_parameter(f"{layer.name}_weight", torch.nn.Parameter(weight, requires_grad=False))
                self.register_parameter(f"{layer.name}_bias", torch.nn.Parameter(layer.bias, requires_grad=False))

    def linear(self, layer: Layer, x: torch.Tensor) -> torch.Tensor:
        """Computes a layer without memory."""
        if layer.kind == "avgPool2d":
            return F.avg_pool2d(x, 2)
        if layer.kind == "flatten":
            return x.flatten(1)
        weight, bias = getattr(self, f"{layer.name}_weight"), getattr(self, f"{layer.name}_bias")
        return F.conv2d(x, weight, bias, padding=1) if layer.kind == "conv2d" else F.linear(x, weight, bias)

    def forward(self, current: torch.Tensor, potentials: list[torch.Tensor], fold: int, counting: bool):
        """Takes `fold` steps from the first layer's current; returns scores, potentials and spike counts."""
        size = current.shape[0]
        x = current
        after, counts = [], []
        for layer in self.layers[1:]:
            if layer.kind != "neuron":
                x = self.linear(layer, x)
                continue
            x, potential = self.fire(x, potentials[len(after)], fold, constant=not after)
            after.append(potential)
            if counting:
                counts.append(x.unflatten(0, (fold, size)).sum(0))
        return x.unflatten(0, (fold, size)).sum(0), after, counts

    def potentials(self, current: torch.Tensor) -> list[torch.Tensor]:
        """Makes room for the potentials of every layer, without a value."""
        found = []
        x = current
        for layer in self.layers[1:]:
            if layer.kind == "neuron":
                found.append(x)
            elif layer.kind == "flatten":
                x = x.flatten(1)
            else:
                x = torch.empty(shape_after(layer, x))
                x = x.contiguous(memory_format=self.layout) if x.dim() == 4 else x
        return found


def shape_after(layer: Layer, x: torch.Tensor) -> tuple[int, ...]:
    """The shape that a layer puts out; convolutions keep height and width."""
    if layer.kind == "avgPool2d":
        return (*x.shape[:2], x.shape[2] // 2, x.shape[3] // 2)
    return (x.shape[0], layer.weight.shape[0], *x.shape[2:])


def fire_in_place(x: torch.Tensor, potential: torch.Tensor, fold: int, constant: bool):
    """Integrates and fires step by step; spikes take the place of the currents."""
    size = potential.shape[0]
    spikes = room_for(potential, fold) if constant else x
    for step in range(fold):
        part = spikes[step * size : (step + 1) * size]
        potential.add_(x if constant else part)
        torch.ge(potential, 1.0, out=part)
        potential.sub_(part)
    return spikes, potential


def fire_unrolled(x: torch.Tensor, potential: torch.Tensor, fold: int, constant: bool):
    """The same without writing in place, for the compiler to fuse."""
    size = potential.shape[0]
    parts = []
    for step in range(fold):
        potential = potential + (x if constant else x[step * size : (step + 1) * size])
        spikes = (potential >= 1.0).to(potential.dtype)
        potential = potential - spikes
        parts.append(spikes)
    return (torch.cat(parts) if fold > 1 else parts[0]), potential


def room_for(potential: torch.Tensor, fold: int) -> torch.Tensor:
    """Makes room for the spikes of `fold` steps, in the layout of the potentials."""
    return torch.empty_like(potential.expand(fold, *potential.shape)).flatten(0, 1)
