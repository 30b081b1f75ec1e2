import { type Batch, type Program, poisson } from '@spikewright/snn-core';
import { type Moments, moments } from './moments.js';

/** How potentials are observed. */
export interface Draws {
  /** n, the steps that potentials are summed over. */
  readonly steps: number;
  readonly repetitions: number;
  readonly seed: number;
}

/**
 * Sends independent spikes of the given rates through linear layers, again and again.
 *
 * @param linear - without neurons: what leads from the spikes to the potential
 * @param rates - the probability of a spike in one step, of each input
 * @returns the standard deviation, over draws, of each neuron's potential after n steps, had it never fired
 */
export async function drawnDeviation(
  linear: Program,
  rates: Float32Array,
  { steps, repetitions, seed }: Draws,
): Promise<Float64Array> {
  const encode = poisson().start(seed);
  const spikes = new Float64Array(rates.length);
  const data = new Float32Array(repetitions * rates.length);
  for (let draw = 0; draw < repetitions; draw++) {
    for (let step = 1; step <= steps; step++) {
      encode(rates, draw, step, spikes);
      for (let i = 0; i < rates.length; i++) data[draw * rates.length + i] += spikes[i];
    }
  }
  // The sum of n steps is what the sum of their spikes gives, but for biases, which do not vary.
  const outputs = await linear.infer({ size: repetitions, data, indices: places(repetitions) });
  const size = outputs.length / repetitions;
  const seen = moments(size);
  for (let draw = 0; draw < repetitions; draw++) seen.add(outputs.subarray(draw * size, (draw + 1) * size));
  return seen.deviation();
}

/** What a layer within a network receives. */
export interface Received {
  /** Spikes a step of each value that the layer's input comes from, mean over draws and steps. */
  readonly rates: Float32Array;
  /** As {@link drawnDeviation} has it, with the spikes that the network sends. */
  readonly deviation: Float64Array;
}

/**
 * Draws Poisson input for one image again and again, and watches a layer, and the neurons before it, within the network.
 *
 * @param cut - the network up to the layer, which is its read-out: its scores are the sums of the layer's currents
 * @param source - the neurons before it
 */
export async function receivedWithin(
  cut: Program,
  source: string,
  image: Float32Array,
  { steps, repetitions, seed }: Draws,
): Promise<Received> {
  const batch: Batch = {
    size: repetitions,
    data: Float32Array.from({ length: repetitions * image.length }, (_, i) => image[i % image.length]),
    indices: places(repetitions),
  };
  let seen: Moments | undefined;
  let counts: Float64Array | undefined;
  for await (const frame of cut.run(batch, { steps, encoder: poisson(), seed, firstStop: steps })) {
    for (let row = 0; row < frame.rows; row++) {
      const spikes = frame.spikes(source, row);
      counts ??= new Float64Array(spikes.length);
      for (let i = 0; i < counts.length; i++) counts[i] += spikes[i];
      if (frame.stepOf(row) !== steps) continue;
      const scores = frame.scores(row);
      seen ??= moments(scores.length);
      seen.add(scores);
    }
  }
  const rates = Float32Array.from(counts!, (count) => count / (steps * repetitions));
  return { rates, deviation: seen!.deviation() };
}

const places = (count: number): Uint32Array<ArrayBuffer> => Uint32Array.from({ length: count }, (_, place) => place);
