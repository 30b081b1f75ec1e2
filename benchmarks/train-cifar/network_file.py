"""Reads and writes networks in the layout of Spikewright's `saveNetwork`."""

import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from cnn import EPSILON, Cnn
from lif import THRESHOLD, Lif
from qcfs import Qcfs


def save(path: Path, model: Cnn, meta: dict) -> None:
    """Writes an ANN as it is, and a spiking network with its batch normalisations folded."""
    tensors: dict[str, Tensor] = {}
    plan = model.plan
    nodes = [{"name": "input", "op": "input", "inputs": [], "shape": [plan.side, plan.side, plan.channels]}]

    def add(name: str, op: str, values: dict[str, Tensor] = {}, **fields) -> None:
        for field, value in values.items():
            tensors[f"{name}.{field}"] = value.detach().float().contiguous()
        references = {field: {"tensor": f"{name}.{field}"} for field in values}
        nodes.append({"name": name, "op": op, "inputs": [nodes[-1]["name"]], **references, **fields})

    layers = zip(model.convolutions, model.norms, model.activations, plan.pooled)
    pools = 0
    for place, (convolution, norm, activation, pooled) in enumerate(layers, 1):
        convolve = {"strides": [1, 1], "padding": "same", "dilation": [1, 1], "groups": 1}
        if isinstance(activation, Lif):
            kernel, bias = folded(convolution, norm)
            add(f"conv{place}", "conv2d", {"kernel": kernel.permute(2, 3, 1, 0), "bias": bias}, **convolve)
            values, fields = neuron_fields(activation)
            add(f"lif{place}", "neuron", values, **fields)
        else:
            add(f"conv{place}", "conv2d", {"kernel": convolution.weight.permute(2, 3, 1, 0)}, **convolve)
            add(f"bn{place}", "batchNorm", norm_fields(norm), epsilon=EPSILON)
            if isinstance(activation, Qcfs):
                add(f"qcfs{place}", "qcfs", **{"lambda": activation.bound.item()}, levels=activation.levels)
            else:
                add(f"relu{place}", "relu")
        if pooled:
            pools += 1
            add(f"pool{pools}", "avgPool2d", size=[2, 2], strides=[2, 2], padding="valid")
    add("flatten", "flatten")
    add("dense", "dense", {"kernel": model.dense.weight.T, "bias": model.dense.bias})
    graph = {"format": 1, "meta": meta, "nodes": nodes}
    save_file(tensors, path, {"spikewright": json.dumps(graph, sort_keys=True, separators=(",", ":"))})


def load(path: Path, model: Cnn) -> None:
    """Takes over the weights of an ANN, not its activations."""
    with safe_open(path, "pt") as file, torch.no_grad():
        for place, (convolution, norm) in enumerate(zip(model.convolutions, model.norms), 1):
            convolution.weight.copy_(file.get_tensor(f"conv{place}.kernel").permute(3, 2, 0, 1))
            for field, value in norm_fields(norm).items():
                value.copy_(file.get_tensor(f"bn{place}.{field}"))
        model.dense.weight.copy_(file.get_tensor("dense.kernel").T)
        model.dense.bias.copy_(file.get_tensor("dense.bias"))


def norm_fields(norm: nn.BatchNorm2d) -> dict[str, Tensor]:
    return {"gamma": norm.weight, "beta": norm.bias, "mean": norm.running_mean, "variance": norm.running_var}


def folded(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Kernel and bias of the convolution that does what both do."""
    gamma, beta, mean, variance = (value.detach().double() for value in norm_fields(norm).values())
    scale = gamma / (variance + norm.eps).sqrt()
    return convolution.weight.detach().double() * scale[:, None, None, None], beta - mean * scale


def neuron_fields(neurons: Lif) -> tuple[dict[str, Tensor], dict]:
    values = {"threshold": torch.tensor(THRESHOLD), "initial": torch.tensor(0.0)}
    if neurons.gains is not None:
        values["gains"] = neurons.gains
    return values, {"reset": "zero", "fires": ">", "leak": neurons.leak, "levels": [0, 1]}
