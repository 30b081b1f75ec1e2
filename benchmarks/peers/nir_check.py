"""Checks that a NIR file written here means the same elsewhere, and prints how far it does.

    python3 -m venv .venv && .venv/bin/pip install -r benchmarks/peers/requirements-nir.txt
    .venv/bin/python benchmarks/peers/nir_check.py [--samples 100] [--steps 16]

The trained MNIST network is converted and written as NIR by `nir_export.mjs` (build the packages first). The real `nir`
package reads the file, checks its types, and writes it again; what is then read back here must be the same network bit
for bit. snnTorch runs the graph on test digits with analog input, and its spikes are compared with the reference engine's.

What snnTorch's importer does not take from a file (snnTorch 1.0.0, import_nir.py):
- IF becomes a Leaky neuron with beta 0.9, so it forgets: here it is given beta 1;
- how neurons are reset, and where they start: here both are taken from the metadata of the file;
- Flatten's axes are taken as if the batch were the first of them: here it flattens all axes but the batch.
The run with the importer as it is shows what ignoring the metadata costs. What remains: snnTorch fires where v > threshold,
the file says v >= threshold (ties are rare), and it computes in 32-bit floats where the reference engine has 64.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import nir
import nirtorch
import numpy as np
import snntorch as snn
import torch
from snntorch.import_nir import _nir_to_snntorch_module

HERE = Path(__file__).parent
TYPES = (nir.Affine, nir.Linear, nir.Conv2d, nir.AvgPool2d, nir.IF)


def export(*arguments: str) -> str:
    """Runs the part of the check that is written in JavaScript."""
    command = ["node", str(HERE / "nir_export.mjs"), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def neuron(node: nir.IF) -> torch.nn.Module:
    """Makes the neuron that the file means, by its metadata."""
    threshold = np.unique(node.v_threshold)
    assert threshold.size == 1 and np.all(node.r == 1), "one threshold for all, r = 1"
    # The reset of a spike is subtracted at the start of the next step, which gives the same spikes.
    leaky = snn.Leaky(beta=1.0, threshold=float(threshold[0]), reset_mechanism=node.metadata["reset"], init_hidden=True)
    leaky.start = torch.tensor(node.metadata["initial"] * node.v_threshold)
    return leaky


def run(graph: nir.NIRGraph, images: torch.Tensor, steps: int, as_meant: bool):
    """Runs the graph in snnTorch; returns the summed scores, and the spikes of each neuron by layer."""
    types = {kind: lambda node: _nir_to_snntorch_module(node, init_hidden=True) for kind in TYPES}
    types[nir.Flatten] = lambda _: torch.nn.Flatten(1, -1)
    if as_meant:
        types[nir.IF] = neuron
    module = nirtorch.nir_to_torch(graph, types)
    layers = {name: layer for name, layer in module.named_modules() if isinstance(layer, snn.Leaky)}
    counts = {name: torch.zeros(()) for name in layers}
    for name, layer in layers.items():
        layer.init_hidden = True
        layer.mem = layer.start.expand(len(images), *layer.start.shape).clone() if as_meant else torch.zeros(0)
        layer.register_forward_hook(lambda _, __, spikes, name=name: counts.update({name: counts[name] + spikes}))
    scores = 0
    state = None
    with torch.no_grad():
        for _ in range(steps):
            result = module(images, state) if state is not None else module(images)
            out, state = result if isinstance(result, tuple) else (result, None)
            scores = scores + out
    return scores, {name: count.permute(0, 2, 3, 1).reshape(len(images), -1).numpy() for name, count in counts.items()}


def compare(title: str, scores: torch.Tensor, counts: dict, expected: dict) -> float:
    """Prints how far two runs agree; returns the largest difference of mean rates."""
    steps, labels = expected["steps"], np.array(expected["labels"])
    theirs, ours = scores.argmax(1).numpy(), np.array(expected["scores"]).argmax(1)
    print(f"\n{title}")
    print(f"  answers: {np.sum(theirs == ours)} of {len(ours)} the same; right: {np.sum(theirs == labels)} there, {np.sum(ours == labels)} here")
    print("  layer        spikes here  spikes there   same counts   mean rate here / there   largest difference of a neuron's rate")
    worst = 0.0
    for name, there in counts.items():
        here = np.array(expected["counts"][name])
        rates = here.mean() / steps, there.mean() / steps
        worst = max(worst, abs(rates[0] - rates[1]))
        same = np.mean(here == there)
        largest = np.abs(here - there).max() / steps
        print(f"  {name:<12} {here.sum():>11.0f} {there.sum():>13.0f} {same:>12.3%}       {rates[0]:.5f} / {rates[1]:.5f}        {largest:.4f}")
    return worst


def main() -> None:
    """Exports, reads, writes, runs and compares."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--steps", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        export(folder, str(options.samples), str(options.steps))
        expected = json.loads(Path(folder, "expected.json").read_text())
        graph = nir.read(f"{folder}/network.nir")
        print(f"nir {nir.version} reads {len(graph.nodes)} nodes and {len(graph.edges)} edges, types checked")
        nir.write(f"{folder}/again.nir", graph)
        for name in ("network", "again"):
            same = export("--hash", f"{folder}/{name}.nir") == expected["hash"]
            print(f"{name}.nir read back here: {'the same network bit for bit' if same else 'ANOTHER NETWORK'}")
            if not same:
                sys.exit(1)
    images = torch.tensor(expected["images"]).reshape(-1, 1, 28, 28)
    print(f"snnTorch {snn.__version__}, torch {torch.__version__}: {options.samples} MNIST test digits, T = {options.steps}, analog input")
    worst = compare("as the metadata says", *run(graph, images, options.steps, True), expected)
    compare("as snnTorch imports it, metadata ignored", *run(graph, images, options.steps, False), expected)
    if worst > 0.001:
        sys.exit(f"mean rates must differ by at most 0.001: {worst}")


if __name__ == "__main__":
    main()
