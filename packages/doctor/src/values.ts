import { type Batch, type Calibration, checkNetwork, elements, type Network } from '@spikewright/snn-core';

/** The values of some nodes for some samples: for each node, sample after sample. */
export type Values = ReadonlyMap<string, Float32Array>;

/** The samples that are looked at. */
export interface Samples {
  readonly size: number;
  readonly batches: readonly Batch[];
}

/**
 * Takes the first samples of calibration data.
 *
 * @throws RangeError if there are none
 */
export async function firstSamples({ batches }: Calibration, most: number): Promise<Samples> {
  const taken: Batch[] = [];
  let size = 0;
  for await (const batch of batches()) {
    const rows = Math.min(batch.size, most - size);
    if (rows > 0) taken.push(firstRows(batch, rows));
    size += rows;
    if (size === most) break;
  }
  if (size === 0) throw new RangeError('Cannot diagnose: the data must hold at least 1 sample: 0 given');
  return { size, batches: taken };
}

const firstRows = ({ data, labels, indices, size }: Batch, rows: number): Batch => ({
  size: rows,
  data: data.slice(0, (data.length / size) * rows),
  ...(labels && { labels: labels.slice(0, rows) }),
  indices: indices.slice(0, rows),
});

/** Changes the input of each batch. */
export const mapSamples = ({ size, batches }: Samples, change: (data: Batch['data']) => Batch['data']): Samples => ({
  size,
  batches: batches.map((batch) => ({ ...batch, data: change(batch.data) })),
});

/** Reverses the channels of values whose channels come last. */
export const reverseChannels = (values: Float32Array, channels: number): Float32Array =>
  values.map((_, place) => values[place - (place % channels) + channels - 1 - (place % channels)]);

/** Evaluates an ANN and keeps the values of the nodes named. */
export async function valuesOf(
  network: Network,
  names: Iterable<string>,
  { size, batches }: Samples,
  engine: Calibration['engine'],
): Promise<Values> {
  const shapes = checkNetwork(network);
  const values = new Map([...names].map((name) => [name, new Float32Array(size * elements(shapes.get(name)!))]));
  const program = await engine.compile(network);
  try {
    let first = 0;
    for (const batch of batches) {
      await program.infer(batch, (node, seen, sample) => {
        const kept = values.get(node);
        kept?.set(seen as ArrayLike<number>, (first + sample) * (kept.length / size));
      });
      first += batch.size;
    }
  } finally {
    program.dispose();
  }
  return values;
}
