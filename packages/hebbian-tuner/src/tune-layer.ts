import {
  type Batch,
  type Compiled,
  checkNetwork,
  compileNetwork,
  direct,
  type Engine,
  type Network,
  upTo,
} from '@spikewright/snn-core';
import { type Layer, layersOf } from './layer.js';
import type { LongRun } from './long-run.js';
import type { Lesson, Rule } from './rules/rule.js';
import { valuesAt } from './values-at.js';

/** What a layer is tuned with. */
export interface Tuning {
  readonly engine: Engine;
  readonly rule: Rule;
  /** T */
  readonly steps: number;
  /** How often all samples are seen. */
  readonly epochs: number;
  readonly batches: readonly Batch[];
  /** For each batch. */
  readonly targets: readonly LongRun[];
}

/** Lets a rule change one layer: it sees a batch of samples for T steps, changes, and sees the next one. */
export async function tuneLayer(network: Network, name: string, tuning: Tuning): Promise<Network> {
  const { rule, steps, epochs, batches, targets } = tuning;
  const shapes = checkNetwork(network);
  const layerOf = (current: Network): Layer => layersOf(current, shapes).find(({ neuron }) => neuron.name === name)!;
  const begin = rule(layerOf(network));
  let tuned = network;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [place, batch] of batches.entries()) {
      const target = (sample: number): ArrayLike<number> => targets[place].rates(name, sample);
      const layer = layerOf(tuned);
      const lesson = begin(layer, { samples: batch.size, steps, target });
      await attend(lesson, compileNetwork(upTo(tuned, name)), layer, batch, tuning);
      const changed = new Map(lesson.learnt().map((node) => [node.name, node]));
      tuned = { ...tuned, nodes: tuned.nodes.map((node) => changed.get(node.name) ?? node) };
    }
  }
  return tuned;
}

/** Shows a lesson every step of every sample of a batch. */
async function attend(
  lesson: Lesson,
  compiled: Compiled,
  { neuron, weights }: Layer,
  batch: Batch,
  { engine, steps }: Tuning,
): Promise<void> {
  const length = batch.data.length / batch.size;
  const inputOf = new Map(weights.map(({ node }) => [node.name, node.inputs[0]]));
  const program = await engine.compile(compiled.network);
  try {
    for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 0, firstStop: steps })) {
      for (let row = 0; row < frame.rows; row++) {
        const sample = frame.sampleOf(row);
        const sent = (source: string): ArrayLike<number> =>
          source === compiled.input.name
            ? batch.data.subarray(sample * length, (sample + 1) * length)
            : frame.spikes(source, row);
        lesson.see({
          sample,
          step: frame.stepOf(row),
          spikes: frame.spikes(neuron.name, row),
          received: (node) => valuesAt(compiled, inputOf.get(node)!, sent),
        });
      }
    }
  } finally {
    program.dispose();
  }
}
