import type { Calibration, Network, Shapes } from '@spikewright/snn-core';

/** The values above 0 that each place on a node's last axis took over the calibration data. */
export interface Levels {
  /** Over samples and positions; values below 0 count as 0. */
  readonly mean: Float64Array;
  readonly max: Float64Array;
}

/**
 * Measures every node of an ANN in one pass over the calibration data.
 *
 * @throws RangeError if there is none
 */
export async function activationLevels(
  network: Network,
  shapes: Shapes,
  { batches, engine }: Calibration,
): Promise<ReadonlyMap<string, Levels>> {
  const sums = new Map(
    network.nodes.map(({ name }) => {
      const width = shapes.get(name)!.at(-1)!;
      return [name, { mean: new Float64Array(width), max: new Float64Array(width), count: 0 }];
    }),
  );
  const program = await engine.compile(network);
  try {
    for await (const batch of batches()) {
      await program.infer(batch, (node, values) => {
        const sum = sums.get(node)!;
        const width = sum.mean.length;
        for (let i = 0; i < values.length; i++) {
          if (values[i] <= 0) continue;
          sum.mean[i % width] += values[i];
          if (values[i] > sum.max[i % width]) sum.max[i % width] = values[i];
        }
        sum.count += values.length / width;
      });
    }
  } finally {
    program.dispose();
  }
  for (const { mean, count } of sums.values()) {
    if (count === 0)
      throw new RangeError('Cannot measure activations: calibration must hold at least 1 sample: 0 given');
    for (let c = 0; c < mean.length; c++) mean[c] /= count;
  }
  return sums;
}
