"""Reads and writes networks in the layout of Spikewright's `saveNetwork`."""

import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from vgg import EPSILON, Qcfs, Vgg


def save(path: Path, model: Vgg, meta: dict) -> None:
    tensors: dict[str, Tensor] = {}

    def tensor(name: str, value: Tensor) -> dict:
        tensors[name] = value.detach().float().contiguous()
        return {"tensor": name}

    nodes = [{"name": "input", "op": "input", "inputs": [], "shape": [32, 32, 3]}]

    def add(name: str, op: str, **fields) -> None:
        nodes.append({"name": name, "op": op, "inputs": [nodes[-1]["name"]], **fields})

    for place, activation in enumerate(model.activations):
        conv, norm = f"conv{place + 1}", f"bn{place + 1}"
        kernel = tensor(f"{conv}.kernel", model.convolutions[place].weight.permute(2, 3, 1, 0))
        add(conv, "conv2d", kernel=kernel, strides=[1, 1], padding="same", dilation=[1, 1], groups=1)
        values = {field: tensor(f"{norm}.{field}", value) for field, value in norm_fields(model.norms[place]).items()}
        add(norm, "batchNorm", **values, epsilon=EPSILON)
        if isinstance(activation, Qcfs):
            add(f"qcfs{place + 1}", "qcfs", **{"lambda": activation.bound.item()}, levels=activation.levels)
        else:
            add(f"relu{place + 1}", "relu")
        if place % 2 == 1:
            add(f"pool{place // 2 + 1}", "avgPool2d", size=[2, 2], strides=[2, 2], padding="valid")
    add("flatten", "flatten")
    dense = {"kernel": model.dense.weight.T, "bias": model.dense.bias}
    add("dense", "dense", **{field: tensor(f"dense.{field}", value) for field, value in dense.items()})
    graph = {"format": 1, "meta": meta, "nodes": nodes}
    save_file(tensors, path, {"spikewright": json.dumps(graph, sort_keys=True, separators=(",", ":"))})


def load(path: Path, model: Vgg) -> None:
    """Takes over the weights, not the activations."""
    with safe_open(path, "pt") as file, torch.no_grad():
        for place, (convolution, norm) in enumerate(zip(model.convolutions, model.norms)):
            convolution.weight.copy_(file.get_tensor(f"conv{place + 1}.kernel").permute(3, 2, 0, 1))
            for field, value in norm_fields(norm).items():
                value.copy_(file.get_tensor(f"bn{place + 1}.{field}"))
        model.dense.weight.copy_(file.get_tensor("dense.kernel").T)
        model.dense.bias.copy_(file.get_tensor("dense.bias"))


def norm_fields(norm: torch.nn.BatchNorm2d) -> dict[str, Tensor]:
    return {"gamma": norm.weight, "beta": norm.bias, "mean": norm.running_mean, "variance": norm.running_var}
