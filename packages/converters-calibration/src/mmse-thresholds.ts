import { type Calibration, checkNetwork, elements, type Network } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';
import { leastErrorThreshold } from './least-error-threshold.js';

/** How much a batch moves the running average. */
const SHARE = 0.1;

/**
 * θ of every activation by the least mean squared error of T steps (MMSE, Li et al. 2021): found for each batch, and
 * averaged over the batches, `θ ← 0.9 θ + 0.1 θ(batch)`. A batch in which a channel is silent does not count for it.
 *
 * @param scope - one θ for each channel, or one for the layer
 * @param steps - T
 * @returns θ by activation, one value or one a channel; 0 where it was never active
 * @throws RangeError if there is no calibration data
 */
export async function mmseThresholds(
  network: Network,
  { batches, engine }: Calibration,
  scope: 'layer' | 'channel',
  steps: number,
): Promise<ReadonlyMap<string, Float64Array>> {
  const shapes = checkNetwork(network);
  const names = network.nodes.filter(isActivation).map(({ name }) => name);
  const groups = (name: string): number => (scope === 'channel' ? shapes.get(name)!.at(-1)! : 1);
  const thresholds = new Map(names.map((name) => [name, new Float64Array(groups(name))]));
  const program = await engine.compile(network);
  let samples = 0;
  try {
    for await (const batch of batches()) {
      const values = new Map(names.map((name) => [name, new Float64Array(batch.size * elements(shapes.get(name)!))]));
      await program.infer(batch, (node, ofSample, sample) => {
        values.get(node)?.set(ofSample, sample * ofSample.length);
      });
      for (const name of names) average(thresholds.get(name)!, values.get(name)!, steps);
      samples += batch.size;
    }
  } finally {
    program.dispose();
  }
  if (samples === 0) throw new RangeError('Cannot find thresholds: calibration must hold at least 1 sample: 0 given');
  return thresholds;
}

/** Moves running averages by the thresholds of a batch, whose first ones they take as they are. */
function average(thresholds: Float64Array, values: Float64Array, steps: number): void {
  const groups = thresholds.length;
  for (let group = 0; group < groups; group++) {
    const theta = leastErrorThreshold(activeOf(values, group, groups), steps);
    if (theta > 0) thresholds[group] += (thresholds[group] > 0 ? SHARE : 1) * (theta - thresholds[group]);
  }
}

/** The values above 0 at the places `group`, `group + groups`, .... */
function activeOf(values: Float64Array, group: number, groups: number): Float64Array {
  const active = new Float64Array(values.length / groups);
  let count = 0;
  for (let i = group; i < values.length; i += groups) if (values[i] > 0) active[count++] = values[i];
  return active.subarray(0, count);
}
