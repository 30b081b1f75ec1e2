"""Reads what the benchmark hands over: networks, images and spike counts, all as safetensors files."""

import json
from dataclasses import dataclass

import torch
from safetensors import safe_open


@dataclass(frozen=True)
class Layer:
    """One layer of a plain chain, weights in PyTorch's order."""

    kind: str
    name: str
    weight: torch.Tensor | None = None
    bias: torch.Tensor | None = None


def read_network(path: str) -> list[Layer]:
    """Reads a network that `saveNetwork` wrote: images are height, width, channel there, and kernels end in [in, out]."""
    with safe_open(path, "pt") as file:
        nodes = json.loads(file.metadata()["spikewright"])["nodes"]
        layers = []
        image_channels = 1
        flattened = False
        for node in nodes:
            kind = node["op"]
            if kind == "conv2d":
                weight = tensor(file, node["kernel"]).permute(3, 2, 0, 1)
                expect(node, strides=[1, 1], dilation=[1, 1], groups=1, padding="same")
                image_channels = weight.shape[0]
            elif kind == "dense":
                weight = tensor(file, node["kernel"])
                if flattened:
                    weight = channels_first(weight, image_channels)
                weight = weight.t()
                flattened = False
            elif kind == "flatten":
                flattened = True
            elif kind == "neuron":
                expect(node, reset="subtract", fires=">=", leak=1, levels=[0, 1])
                if tensor(file, node["threshold"]).ne(1).any() or tensor(file, node["initial"]).ne(0.5).any():
                    raise ValueError(f"Cannot read neuron '{node['name']}': threshold must be 1 and v(0) 1/2")
            elif kind == "avgPool2d":
                expect(node, size=[2, 2], strides=[2, 2])
            elif kind != "input":
                raise ValueError(f"Cannot read node '{node['name']}': {kind}")
            if kind in ("conv2d", "dense"):
                layers.append(Layer(kind, node["name"], weight.contiguous(), tensor(file, node["bias"])))
            elif kind != "input":
                layers.append(Layer(kind, node["name"]))
        return layers


def channels_first(weight: torch.Tensor, channels: int) -> torch.Tensor:
    """Reorders rows of the first dense layer: PyTorch flattens channel, height, width."""
    return weight.reshape(-1, channels, weight.shape[1]).permute(1, 0, 2).reshape(weight.shape)


def read_images(path: str, size: int) -> torch.Tensor:
    """Reads the first images as [size, channels, height, width]."""
    with safe_open(path, "pt") as file:
        return file.get_tensor("images")[:size].permute(0, 3, 1, 2).contiguous()


def read_counts(path: str) -> dict[str, torch.Tensor]:
    """Reads the spikes of each neuron, layer by layer: [samples, height, width, channels] or [samples, features]."""
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}


def tensor(file, reference) -> torch.Tensor:
    return file.get_tensor(reference["tensor"])


def expect(node, **fields) -> None:
    for field, value in fields.items():
        if node[field] != value:
            raise ValueError(f"Cannot read node '{node['name']}': {field} must be {value}: {node[field]}")
