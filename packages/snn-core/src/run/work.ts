import { isWeighted } from '../engine/connections.js';
import type { Frame } from '../engine/engine.js';
import type { Network } from '../network/network.js';

/** Spikes and synaptic work of one sample, on average, until its stop. */
export interface Work {
  /** By neuron node. */
  readonly spikes: Readonly<Record<string, number>>;
  /** Additions at synapses (AC, SynOps), by weighted node. */
  readonly accumulates: Readonly<Record<string, number>>;
  /** Multiply-additions at synapses (MAC), by weighted node. */
  readonly multiplyAccumulates: Readonly<Record<string, number>>;
}

/** Spikes and synaptic work of one step, over all nodes, on average over all samples, stopped ones too. */
export interface StepWork {
  readonly spikes: number;
  readonly accumulates: number;
  readonly multiplyAccumulates: number;
}

/** Adds up the work of frames. */
export interface WorkTally {
  add(frame: Frame): void;
  byNode(samples: number): Work;
  /** For step 1, 2, ..., T. */
  byStep(samples: number): StepWork[];
}

/** Starts to add up the work of a network's nodes in each step. */
export function tallyWork(network: Network, steps: number): WorkTally {
  const spikes = counters(
    network.nodes.filter((node) => node.op === 'neuron').map(({ name }) => name),
    steps,
  );
  const weighted = network.nodes.filter(isWeighted).map(({ name }) => name);
  const accumulates = counters(weighted, steps);
  const multiplyAccumulates = counters(weighted, steps);
  return {
    add: (frame) => {
      for (let row = 0; row < frame.rows; row++) {
        const step = frame.stepOf(row) - 1;
        for (const [name, counts] of spikes)
          counts[step] += frame.spikeCount?.(name, row) ?? absoluteSum(frame.spikes(name, row));
        for (const name of weighted) {
          const operations = frame.operations(name, row);
          accumulates.get(name)![step] += operations.accumulates;
          multiplyAccumulates.get(name)![step] += operations.multiplyAccumulates;
        }
      }
    },
    byNode: (samples) => ({
      spikes: perSample(spikes, samples),
      accumulates: perSample(accumulates, samples),
      multiplyAccumulates: perSample(multiplyAccumulates, samples),
    }),
    byStep: (samples) =>
      Array.from({ length: steps }, (_, step) => ({
        spikes: atStep(spikes, step) / samples,
        accumulates: atStep(accumulates, step) / samples,
        multiplyAccumulates: atStep(multiplyAccumulates, step) / samples,
      })),
  };
}

/** A count for each node and step. */
type Counters = ReadonlyMap<string, Float64Array>;

const counters = (names: readonly string[], steps: number): Counters =>
  new Map(names.map((name) => [name, new Float64Array(steps)]));

const perSample = (counts: Counters, samples: number): Record<string, number> =>
  Object.fromEntries(
    [...counts].map(([name, steps]) => [name, steps.reduce((sum, count) => sum + count, 0) / samples]),
  );

const atStep = (counts: Counters, step: number): number =>
  [...counts.values()].reduce((sum, steps) => sum + steps[step], 0);

function absoluteSum(values: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]);
  return sum;
}
