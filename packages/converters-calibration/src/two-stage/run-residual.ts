import { resetNeurons } from '@spikewright/snn-core';
import { addTo, frameOf, makeLayers, type RunSample } from './layers.js';
import { operationsAt } from './operations-at.js';

/** The residual potential, in units of θ, that a neuron must have after the first stage to be heard in the second. */
const LEAST = 1e-3;

/**
 * SRP (Hao et al., AAAI 2023): after the first stage every neuron starts again, and those whose potential was not above 0
 * send nothing any more: the ANN's activation is 0, and what they sent came of uneven input.
 */
export const runResidual: RunSample = function* (compiled, batch, sample, options, first) {
  const layers = makeLayers(compiled, batch, sample, options);
  const silenced = new Map<string, readonly boolean[]>();
  const scores = new Float64Array(layers.size(compiled.readout.name));
  for (let step = 1; step <= options.steps; step++) {
    const outputs = layers.step(step, (layer, spikes) => {
      silenced.get(layer)?.forEach((silent, i) => {
        if (silent) spikes[i] = 0;
      });
    });
    if (step === first + 1) scores.fill(0);
    addTo(scores, outputs.get(compiled.readout.name)!);
    yield frameOf({ sample, step, scores }, outputs, compiled.neurons, (node) =>
      operationsAt(compiled, node, outputs, options.encoder),
    );
    if (step !== first) continue;
    for (const [name, node] of compiled.neurons) {
      const state = layers.states.get(name)!;
      const { data } = node.threshold;
      silenced.set(
        name,
        Array.from(state.potential, (v, i) => v / data[i % data.length] <= LEAST),
      );
      resetNeurons(node, state);
    }
  }
};
