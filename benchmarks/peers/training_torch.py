"""Training steps in PyTorch: convolution, batch normalisation, QCFS and average pooling; Adam on the cross-entropy.

The first line on standard input is a job as JSON (see src/training/job.ts); then each line `run` is answered with the time
of a step. Both memory layouts are tried first, and the faster is measured.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional

WARM_UP = 3.0
ROUND = 0.4


class Qcfs(torch.autograd.Function):
    """h = lambda clip(floor(z L / lambda + 1/2) / L, 0, 1), the floor straight through; one pass of autograd each way."""

    @staticmethod
    def forward(context, z, bound, levels):
        level = bound / levels
        h = (z / level).add_(0.5).floor_().clamp_(0, levels).mul_(level)
        context.save_for_backward(z, bound, h)
        return h

    @staticmethod
    def backward(context, gradient):
        z, bound, h = context.saved_tensors
        below = z < bound
        within = gradient * (below & (z > 0))
        above = (gradient * ~below).sum()
        return within, (within * (h - z)).sum() / bound + above, None


class Straight(torch.autograd.Function):
    """Floor, whose gradient passes unchanged: what the authors of QCFS wrote, for torch.compile to fuse."""

    @staticmethod
    def forward(context, z):
        return z.floor()

    @staticmethod
    def backward(context, gradient):
        return gradient


class Activation(nn.Module):
    """QCFS with a trained lambda, by one function of its own or composed of differentiable operations."""

    def __init__(self, bound: float, levels: int, composed: bool):
        super().__init__()
        self.bound = nn.Parameter(torch.tensor(float(bound)))
        self.levels, self.composed = levels, composed

    def forward(self, z):
        if not self.composed:
            return Qcfs.apply(z, self.bound, self.levels)
        share = (z / self.bound).clamp(0, 1)
        return Straight.apply(share * self.levels + 0.5) / self.levels * self.bound


def network(job: dict, composed: bool) -> nn.Module:
    height, width, channels = job["input"]
    layers: list[nn.Module] = []
    for layer in job["layers"]:
        if layer == "pool":
            layers.append(nn.AvgPool2d(2))
            height, width = height // 2, width // 2
            continue
        layers.append(nn.Conv2d(channels, layer, 3, padding=1, bias=False))
        layers.append(nn.BatchNorm2d(layer))
        layers.append(Activation(job["bound"], job["levels"], composed))
        channels = layer
    layers += [nn.Flatten(), nn.Linear(height * width * channels, job["classes"])]
    return nn.Sequential(*layers)


class Training:
    """A network in one form, and its optimiser."""

    def __init__(self, job: dict, compiled: bool, channels_last: bool):
        torch.manual_seed(1)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        model = network(job, composed=compiled).to(memory_format=layout).train()
        self.optimiser = torch.optim.Adam(model.parameters(), lr=job["rate"], fused=True)
        self.model = torch.compile(model) if compiled else model
        height, width, channels = job["input"]
        self.images = torch.rand(job["batch"], channels, height, width).to(memory_format=layout)
        self.labels = torch.arange(job["batch"]) % job["classes"]

    def step(self) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(self.model(self.images), self.labels)
        loss.backward()
        self.optimiser.step()
        loss.item()


def busy(training: Training, steps: int) -> tuple[float, float]:
    """Milliseconds a step: wall and processor time, all threads together."""
    wall, processor = time.perf_counter(), time.process_time()
    for _ in range(steps):
        training.step()
    return (time.perf_counter() - wall) * 1000 / steps, (time.process_time() - processor) * 1000 / steps


def warm_up(training: Training) -> int:
    """Runs until everything is in place; tells how many steps make a round that a clock can measure."""
    training.step()
    start, steps = time.process_time(), 0
    while time.process_time() - start < WARM_UP:
        training.step()
        steps += 1
    return max(1, round(ROUND * steps / (time.process_time() - start)))


def fastest(job: dict) -> tuple[Training, dict]:
    forms = [(job["variant"] == "torch-compiled", channels_last) for channels_last in (True, False)]
    candidates = []
    for compiled, channels_last in forms:
        form = {"compiled": compiled, "channelsLast": channels_last}
        try:
            training = Training(job, compiled, channels_last)
            steps = warm_up(training)
        except Exception as error:  # torch.compile without a compiler, for one
            print(f"PyTorch, {form}: {error}", file=sys.stderr)
            continue
        least = min(busy(training, steps)[1] for _ in range(3))
        candidates.append((least, training, form))
    if not candidates:
        sys.exit("no form of the network runs")
    _, training, form = min(candidates, key=lambda candidate: candidate[0])
    tried = [{**tested, "busy": least} for least, _, tested in candidates]
    return training, {"chosen": form, "tried": tried}


def main() -> None:
    job = json.loads(sys.stdin.readline())
    torch.set_num_threads(1)
    training, form = fastest(job)
    steps = warm_up(training)
    print(json.dumps({"ready": True, "versions": {"torch": torch.__version__}, "form": form}), flush=True)
    for line in sys.stdin:
        if line.strip() != "run":
            break
        wall, processor = busy(training, steps)
        print(json.dumps({"wall": wall, "busy": processor}), flush=True)


if __name__ == "__main__":
    main()
