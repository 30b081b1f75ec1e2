import {
  type Batch,
  type Compiled,
  elements,
  type Frame,
  loseSpikes,
  type NeuronState,
  neuronState,
  type RunOptions,
  stepNeurons,
} from '@spikewright/snn-core';
import type { Layer } from '../layer.js';
import { operationsAt } from './operations-at.js';
import type { Plasticity } from './plasticity.js';

/** What nodes put out in a step: for neurons, what arrives of their spikes. */
type Outputs = ReadonlyMap<string, Float64Array>;

/** A frame, before the engine says how it is stopped. */
export type Shown = Omit<Frame, 'stop'>;

/** Runs one sample step by step, as the reference engine does, and lets its layers learn after every step. */
export function* runSample(
  compiled: Compiled,
  layers: readonly Layer[],
  plasticity: Plasticity,
  { batch, sample, options }: { readonly batch: Batch; readonly sample: number; readonly options: RunOptions },
): Iterable<Shown> {
  const { network, neurons, shapes, readout } = compiled;
  const size = (name: string): number => elements(shapes.get(name)!);
  const states = new Map([...neurons].map(([name, node]) => [name, neuronState(node, size(name))]));
  const outputs: Outputs = new Map(network.nodes.map(({ name }) => [name, new Float64Array(size(name))]));
  const encode = options.encoder.start(options.seed);
  const index = batch.indices[sample];
  const scores = new Float64Array(size(readout.name));
  for (let step = 1; step <= options.steps; step++) {
    for (const [place, node] of network.nodes.entries()) {
      const output = outputs.get(node.name)!;
      if (node.op === 'input') {
        encode(batch.data.subarray(sample * output.length, (sample + 1) * output.length), index, step, output);
      } else if (node.op === 'neuron') {
        const state = states.get(node.name)!;
        stepNeurons(node, state, plasticity.current(node.name, outputs.get(node.inputs[0])!));
        if (options.dropout) loseSpikes(state.spikes, output, options, { sample: index, step, node: place });
        else output.set(state.spikes);
      } else {
        const forward = plasticity.forward.get(node.name) ?? compiled.forward.get(node.name)!;
        forward(
          node.inputs.map((name) => outputs.get(name)!),
          output,
          1,
        );
      }
    }
    const last = outputs.get(readout.name)!;
    for (let i = 0; i < scores.length; i++) scores[i] += last[i];
    // Learning changes no step but the next.
    for (const layer of layers) {
      plasticity.learn(layer, step, states.get(layer.neuron.name)!.spikes, (name) => outputs.get(name)!);
    }
    yield frameOf(compiled, { sample, step, scores, states, outputs }, options);
  }
}

interface Step {
  readonly sample: number;
  readonly step: number;
  readonly scores: Float64Array;
  readonly states: ReadonlyMap<string, NeuronState>;
  readonly outputs: Outputs;
}

const frameOf = (
  compiled: Compiled,
  { sample, step, scores, states, outputs }: Step,
  { encoder }: RunOptions,
): Shown => ({
  rows: 1,
  sampleOf: () => sample,
  stepOf: () => step,
  scores: () => scores,
  spikes: (node) => {
    const state = states.get(node);
    if (!state) throw new ReferenceError(`Cannot show spikes: the node must be a neuron: '${node}'`);
    return state.spikes;
  },
  operations: (node) => operationsAt(compiled, node, (name) => states.get(name)?.spikes ?? outputs.get(name)!, encoder),
});
