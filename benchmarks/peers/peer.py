"""Runs one peer for the benchmark: requests come as JSON lines on standard input, answers go to standard output.

The first line says what to run. `examine` checks the spikes against those given and finds the fastest variant;
`measure` takes the time of one run for each line `run` and ends at the line `end`.
"""

import json
import math
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

# Whatever else is printed must not mix with answers.
ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch  # noqa: E402

from dense_torch import Simulation as TorchSimulation  # noqa: E402
from dense_torch import Variant, compiled_variants, eager_variants  # noqa: E402
from workload_file import Layer, read_counts, read_images, read_network  # noqa: E402

# Milliseconds, at least; worker.ts holds the same.
WARM_UP = 500
ROUND = 200
TRIAL = 50


def main() -> None:
    request = json.loads(sys.stdin.readline())
    torch.set_num_threads(request["threads"])
    if request["engine"] == "torch":
        set_compiler()
    with torch.inference_mode():
        layers = read_network(request["network"])
        if request["task"] == "examine":
            answer(examine(request, layers))
        else:
            measure(request, layers)


def set_compiler() -> None:
    """Makes weights constants that convolutions keep in their own layout, and lets every variant compile."""
    import torch._dynamo
    import torch._inductor.config

    torch._inductor.config.freezing = True
    torch._dynamo.config.recompile_limit = 64


def examine(request: dict, layers: list[Layer]) -> dict:
    variant = fastest(request, layers)
    return {
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__, **peer_versions(request["engine"])},
        "variant": variant and variant.as_json(),
        "layers": check(request, simulate(request["engine"], layers, variant)) if request["check"] else [],
    }


def check(request: dict, simulation) -> list[dict]:
    """Compares the spikes of every neuron with those that the reference engine has counted."""
    run = request["check"]
    images = read_images(request["images"], run["batch"])
    _, counts = simulation.run(images, run["steps"], counting=True)
    expected = read_counts(run["expected"])
    return [compare(name, counts[name], expected[name]) for name in expected]


def measure(request: dict, layers: list[Layer]) -> None:
    variant = request["variant"] and Variant(**request["variant"])
    simulation = simulate(request["engine"], layers, variant)
    images = read_images(request["images"], request["batch"])

    def run() -> None:
        simulation.run(images, request["steps"])

    run()
    once = repeated(run, WARM_UP, time.perf_counter)
    repeats = math.ceil(ROUND / once)
    answer({"ready": True})
    for line in sys.stdin:
        if line.strip() == "end":
            break
        wall, busy = time.perf_counter(), time.process_time()
        for _ in range(repeats):
            run()
        wall, busy = time.perf_counter() - wall, time.process_time() - busy
        answer({"wall": wall * 1000 / repeats, "busy": busy * 1000 / repeats})
    answer({"peakMemory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024})


def fastest(request: dict, layers: list[Layer]) -> Variant | None:
    """Runs every variant for a few steps and takes the one with the shortest time."""
    engine, batch, steps = request["engine"], request["batch"], request["steps"]
    if engine == "spikingjelly":
        return None
    variants = eager_variants(batch, steps)
    if engine == "torch":
        variants += compiled_variants(batch, steps)
    images = read_images(request["images"], batch)
    # Processor time does not count what other programs take; with several threads it is not what matters.
    clock = time.process_time if request["threads"] == 1 else time.perf_counter
    simulations = {variant: simulate(engine, layers, variant) for variant in variants}

    def trial(variant: Variant) -> float:
        few = min(steps, max(16, variant.fold))

        def run() -> None:
            simulations[variant].run(images, few)

        run()
        return min(repeated(run, TRIAL, clock), repeated(run, TRIAL, clock)) / few

    # The best are tried again: on a busy machine the first order is not to be trusted.
    final = sorted(variants, key=trial)[:3]
    times = [{variant: trial(variant) for variant in final} for _ in range(3)]
    return min(final, key=lambda variant: min(each[variant] for each in times))


def simulate(engine: str, layers: list[Layer], variant: Variant | None):
    if engine == "spikingjelly":
        from with_spikingjelly import Simulation

        return Simulation(layers)
    return TorchSimulation(layers, variant)


def compare(name: str, counts: torch.Tensor, expected: torch.Tensor) -> dict:
    if counts.dim() == 4:
        counts = counts.permute(0, 2, 3, 1)
    return {
        "name": name,
        "neurons": expected.numel(),
        "spikes": int(counts.sum()),
        "expected": int(expected.sum()),
        "differing": int(counts.ne(expected).sum()),
    }


def peer_versions(engine: str) -> dict:
    return {"spikingjelly": version("spikingjelly")} if engine == "spikingjelly" else {}


def repeated(run: Callable[[], object], least: float, clock: Callable[[], float]) -> float:
    """Runs for so many milliseconds at least; gives those of one run."""
    start = clock()
    runs = 0
    while runs == 0 or (clock() - start) * 1000 < least:
        run()
        runs += 1
    return (clock() - start) * 1000 / runs


def answer(message: dict) -> None:
    print(json.dumps(message), file=ANSWERS, flush=True)


main()
