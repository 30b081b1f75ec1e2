"""Measures a converted network with the real NeuroBench: neurobench_check.py NETWORK IMAGES SAMPLES STEPS.

Prints its metrics as one line of JSON. Where a package is missing it says so and ends with status 3.
"""

import json
import os
import sys
from importlib.metadata import version

# NeuroBench prints while it works; only the answer goes to standard output.
ANSWER = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

try:
    import snntorch
    import torch
    from neurobench.benchmarks import Benchmark
    from neurobench.metrics.static import ConnectionSparsity, Footprint, ParameterCount
    from neurobench.metrics.workload import (
        ActivationSparsity,
        ActivationSparsityByLayer,
        MembraneUpdates,
        NeuronOperations,
        SynapticOperations,
    )
    from neurobench.models import SNNTorchModel
    from workload_file import Layer, read_images, read_network
except ImportError as error:
    sys.stderr.write(f"Cannot check against NeuroBench: its packages must be installed: {error}\n")
    sys.exit(3)


class Leaky(snntorch.Leaky):
    """Our integrate-and-fire neuron under the name by which NeuroBench knows what a neuron costs.

    snnTorch's own starts at 0, fires above the threshold and not at it, and cannot carry more than one threshold over.
    """

    def __init__(self):
        super().__init__(beta=1.0, threshold=1.0, reset_mechanism="subtract")

    def restart(self):
        self.mem = torch.zeros(0, dtype=torch.float64)

    def forward(self, current):
        potential = (self.mem if self.mem.numel() > 0 else torch.full_like(current, 0.5)) + current
        spikes = (potential >= 1.0).to(current.dtype)
        # A new tensor: NeuroBench holds on to the one before.
        self.mem = potential - spikes
        return spikes, self.mem


class Net(torch.nn.Module):
    """The layers of the file as modules of PyTorch, in 64 bits like the reference engine."""

    def __init__(self, layers: list[Layer]):
        super().__init__()
        self.order = [layer.name for layer in layers]
        for layer in layers:
            self.add_module(layer.name, module_of(layer))
        self.double()

    def reset(self):
        for module in self.children():
            if isinstance(module, Leaky):
                module.restart()

    def forward(self, x):
        for name in self.order:
            x = getattr(self, name)(x)
            x = x[0] if isinstance(x, tuple) else x
        return x, None


def module_of(layer: Layer) -> torch.nn.Module:
    if layer.kind == "neuron":
        return Leaky()
    if layer.kind == "avgPool2d":
        return torch.nn.AvgPool2d(2)
    if layer.kind == "flatten":
        return torch.nn.Flatten()
    if layer.kind == "conv2d":
        outputs, inputs, *size = layer.weight.shape
        module = torch.nn.Conv2d(inputs, outputs, tuple(size), padding="same")
    else:
        outputs, inputs = layer.weight.shape
        module = torch.nn.Linear(inputs, outputs)
    module.weight = torch.nn.Parameter(layer.weight.clone(), requires_grad=False)
    module.bias = torch.nn.Parameter(layer.bias.clone(), requires_grad=False)
    return module


def measure(network: str, images: str, samples: int, steps: int) -> dict:
    net = Net(read_network(network))
    # [samples, steps, channels, height, width]: direct coding shows the image in every step.
    data = read_images(images, samples).double().unsqueeze(1).expand(-1, steps, -1, -1, -1)
    dataset = torch.utils.data.TensorDataset(data, torch.zeros(samples))
    workload = [SynapticOperations, ActivationSparsity, ActivationSparsityByLayer, MembraneUpdates, NeuronOperations]
    benchmark = Benchmark(
        SNNTorchModel(net),
        torch.utils.data.DataLoader(dataset, batch_size=1),
        [],
        [lambda predictions: predictions],
        [[Footprint, ParameterCount, ConnectionSparsity], workload],
    )
    with torch.inference_mode():
        results = benchmark.run(quiet=True)
    versions = {name: version(name) for name in ("neurobench", "snntorch", "torch")}
    return {"versions": versions, "results": results}


def main() -> None:
    network, images, samples, steps = sys.argv[1:]
    print(json.dumps(measure(network, images, int(samples), int(steps))), file=ANSWER, flush=True)


main()
