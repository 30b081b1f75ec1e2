import { requireSamples } from '../errors.js';
import { checkNetwork } from '../network/check.js';
import type { Network } from '../network/network.js';
import type { Calibration } from '../plugin/roles.js';

/** The positive values that one channel, or several, took over the calibration data. */
export interface Histogram {
  /** The largest value, exactly; 0 if none was positive. */
  readonly max: number;
  /** How many values were above 0. */
  readonly count: number;
  /**
   * The value that p percent of the values above 0 do not exceed, within 0.4 % of itself; the maximum exactly at 100.
   * 0 if no value was above 0.
   */
  percentile(p: number): number;
}

/** The activations of one node, seen whole and by channel. */
export interface ActivationStatistics {
  readonly layer: Histogram;
  /** One histogram a channel (the last axis). */
  readonly channels: readonly Histogram[];
}

/**
 * Streams the calibration data through an ANN and measures the values above 0 of the named nodes. Memory does not grow
 * with the data, and the order of samples does not matter.
 *
 * @throws ReferenceError for an unknown node, RangeError if there is no calibration data
 */
export async function activationStatistics(
  network: Network,
  nodes: readonly string[],
  calibration: Calibration,
): Promise<ReadonlyMap<string, ActivationStatistics>> {
  const shapes = checkNetwork(network);
  const counters = new Map<string, Counter[]>();
  for (const name of nodes) {
    const channels = shapes.get(name)?.at(-1);
    if (channels === undefined) throw new ReferenceError(`Cannot measure activations: the node must exist: '${name}'`);
    counters.set(name, Array.from({ length: channels }, makeCounter));
  }
  const program = await calibration.engine.compile(network);
  let samples = 0;
  try {
    for await (const batch of calibration.batches()) {
      samples += batch.size;
      await program.infer(batch, (node, values) => {
        const channels = counters.get(node);
        if (channels) for (let i = 0; i < values.length; i++) record(channels[i % channels.length], values[i]);
      });
    }
  } finally {
    program.dispose();
  }
  requireSamples('measure activations', samples);
  return new Map([...counters].map(([name, channels]) => [name, summarise(channels)]));
}

const summarise = (channels: readonly Counter[]): ActivationStatistics => ({
  layer: histogram(channels),
  channels: channels.map((channel) => histogram([channel])),
});

/**
 * Counts float32 values by their exponent and the first 8 bits of their mantissa, so that a bin is at most 0.4 % wide
 * at any scale. A page of 256 bins is made when its exponent first occurs.
 */
interface Counter {
  max: number;
  readonly pages: (Uint32Array | undefined)[];
}

const PAGE_BITS = 8;
const MANTISSA_BITS = 23;

const makeCounter = (): Counter => ({ max: 0, pages: [] });

const asFloat = new Float32Array(1);
const asBits = new Uint32Array(asFloat.buffer);

function record(counter: Counter, value: number): void {
  if (!(value > 0)) return;
  if (value > counter.max) counter.max = value;
  asFloat[0] = value;
  const bin = asBits[0] >>> (MANTISSA_BITS - PAGE_BITS);
  const page = bin >>> PAGE_BITS;
  counter.pages[page] ??= new Uint32Array(2 ** PAGE_BITS);
  counter.pages[page][bin & (2 ** PAGE_BITS - 1)]++;
}

function histogram(counters: readonly Counter[]): Histogram {
  const max = counters.reduce((most, counter) => Math.max(most, counter.max), 0);
  const bins: { from: number; to: number; count: number }[] = [];
  const last = counters.reduce((most, { pages }) => Math.max(most, pages.length), 0) * 2 ** PAGE_BITS;
  for (let bin = 0; bin < last; bin++) {
    let count = 0;
    for (const { pages } of counters) count += pages[bin >>> PAGE_BITS]?.[bin & (2 ** PAGE_BITS - 1)] ?? 0;
    if (count > 0) bins.push({ from: lowerEdge(bin), to: lowerEdge(bin + 1), count });
  }
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  return {
    max,
    count,
    percentile: (p) => {
      if (!(p >= 0 && p <= 100)) throw new RangeError(`Cannot take percentile: it must be from 0 to 100: ${p}`);
      if (p === 100) return max;
      let rank = (p / 100) * count;
      for (const bin of bins) {
        if (rank <= bin.count) return Math.min(max, bin.from + ((bin.to - bin.from) * rank) / bin.count);
        rank -= bin.count;
      }
      return max;
    },
  };
}

function lowerEdge(bin: number): number {
  asBits[0] = bin << (MANTISSA_BITS - PAGE_BITS);
  return asFloat[0];
}
