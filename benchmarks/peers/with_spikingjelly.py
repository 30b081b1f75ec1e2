"""The same network in SpikingJelly, written as its documentation writes networks: multi-step mode, default layers."""

import torch
from spikingjelly.activation_based import functional, layer, neuron

from workload_file import Layer


class Simulation:
    """Every layer sees all steps at once; the first convolution is computed in each step, as SpikingJelly does."""

    def __init__(self, layers: list[Layer]):
        self.names = [each.name for each in layers if each.kind == "neuron"]
        self.network = torch.nn.Sequential(*(module(each) for each in layers))
        functional.set_step_mode(self.network, "m")
        self.network.eval()

    def run(self, images: torch.Tensor, steps: int, counting: bool = False):
        """Simulates all samples; returns their scores and, if wanted, the spikes of each neuron by layer."""
        functional.reset_net(self.network)
        counts: list[torch.Tensor] = []
        hooks = []
        if counting:
            nodes = [each for each in self.network if isinstance(each, neuron.HalfThresholdIFNode)]
            hooks = [node.register_forward_hook(lambda _, __, spikes: counts.append(spikes.sum(0))) for node in nodes]
        scores = self.network(images.unsqueeze(0).expand(steps, *images.shape)).sum(0)
        for hook in hooks:
            hook.remove()
        return scores, dict(zip(self.names, counts))


def module(each: Layer) -> torch.nn.Module:
    if each.kind == "conv2d":
        outputs, inputs = each.weight.shape[:2]
        return with_weights(layer.Conv2d(inputs, outputs, 3, padding=1), each)
    if each.kind == "dense":
        outputs, inputs = each.weight.shape
        return with_weights(layer.Linear(inputs, outputs), each)
    if each.kind == "avgPool2d":
        return layer.AvgPool2d(2)
    if each.kind == "flatten":
        return layer.Flatten()
    # Threshold 1, v(0) = 1/2, reset by subtraction.
    return neuron.HalfThresholdIFNode()


def with_weights(target: torch.nn.Module, each: Layer) -> torch.nn.Module:
    target.load_state_dict({"weight": each.weight, "bias": each.bias})
    return target
