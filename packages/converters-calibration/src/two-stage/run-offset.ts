import { type Neuron, type NeuronState, type Operations, resetNeurons, stepNeurons } from '@spikewright/snn-core';
import { addTo, frameOf, type Layers, makeLayers, type Outputs, type RunSample } from './layers.js';
import { operationsAt } from './operations-at.js';

/**
 * COS (Hao et al., ICLR 2023): layer by layer, neurons take the first steps once to find out whether uneven input made
 * them send a spike too many or too few, and then all steps from a potential that makes up for it. The layers after see
 * corrected spikes only.
 */
export const runOffset: RunSample = function* (compiled, batch, sample, options, first) {
  const layers = makeLayers(compiled, batch, sample, options);
  const scores = new Float64Array(layers.size(compiled.readout.name));
  const begun = correctedSteps(layers, first);
  for (let step = 1; step <= options.steps - first; step++) {
    const outputs = begun[step - 1] ?? layers.step(step);
    addTo(scores, outputs.get(compiled.readout.name)!);
    // Each layer received the spikes of the first steps once more, before it could be corrected.
    const received = step === 1 ? [outputs, ...begun] : [outputs];
    yield frameOf({ sample, step: first + step, scores }, outputs, compiled.neurons, (node) =>
      received.map((of) => operationsAt(compiled, node, of, options.encoder)).reduce(sum),
    );
  }
};

const sum = (a: Operations, b: Operations): Operations => ({
  accumulates: a.accumulates + b.accumulates,
  multiplyAccumulates: a.multiplyAccumulates + b.multiplyAccumulates,
});

/** Corrects the neurons of one layer after the other, and takes the first steps with all of them corrected. */
function correctedSteps(layers: Layers, first: number): readonly Outputs[] {
  const steps = Array.from({ length: first }, () => new Map<string, Float64Array>());
  for (const node of layers.nodes) {
    if (node.op === 'neuron') {
      const inputs = steps.map((outputs) => outputs.get(node.inputs[0])!);
      correctStart(node, layers.states.get(node.name)!, inputs);
    }
    steps.forEach((outputs, i) => {
      outputs.set(node.name, layers.compute(node, outputs, i + 1));
    });
  }
  return steps;
}

/**
 * Runs a layer over its first inputs and sets v(0) again, in units of θ: where v < 0 after spikes, down by
 * `max(1, m - 0.999)`, m the lowest potential that fired; where v ≥ 1, up by `max(1, 1.001 - m)`, m the highest that did
 * not.
 */
function correctStart(node: Neuron, state: NeuronState, inputs: readonly Float64Array[]): void {
  const { potential, spikes, sent } = state;
  const theta = (i: number): number => node.threshold.data[i % node.threshold.data.length];
  const lowestFiring = new Float64Array(potential.length).fill(Number.POSITIVE_INFINITY);
  const highestSilent = new Float64Array(potential.length).fill(Number.NEGATIVE_INFINITY);
  for (const input of inputs) {
    stepNeurons(node, state, input);
    potential.forEach((v, i) => {
      const reached = v / theta(i);
      if (spikes[i] > 0) lowestFiring[i] = Math.min(lowestFiring[i], reached + 1);
      else highestSilent[i] = Math.max(highestSilent[i], reached);
    });
  }
  const shifts = potential.map((v, i) => {
    const left = v / theta(i);
    if (left < 0 && sent[i] > 0) return -Math.max(1, lowestFiring[i] - 0.999);
    // A neuron that fired in every step cannot send more.
    if (left >= 1 && sent[i] < inputs.length) return Math.max(1, 1.001 - highestSilent[i]);
    return 0;
  });
  resetNeurons(node, state);
  shifts.forEach((shift, i) => {
    potential[i] += shift * theta(i);
  });
}
