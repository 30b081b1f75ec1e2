import { argmax, type Calibration, direct, type Network } from '@spikewright/snn-core';
import type { Samples, Values } from './values.js';

/** What a spiking network did with some samples. */
export interface SpikeRun {
  /** How many spikes each neuron sent in all steps, negative ones taken off. */
  readonly counts: Values;
  /** The class that each sample was given after step 1, 2, ..., T; none for a step that the engine does not show. */
  readonly answers: readonly (Int32Array | undefined)[];
  /** For each layer with targets: how its rates up to step 1, 2, ..., T correlate with them; NaN where one is constant. */
  readonly correlation: ReadonlyMap<string, readonly number[]>;
}

/** How a spiking network is run. */
export interface SpikeRunOptions {
  readonly engine: Calibration['engine'];
  readonly steps: number;
  /** What the rates of each layer should be, sample after sample. */
  readonly targets: Values;
}

/** Runs a spiking network with direct coding and counts the spikes of the layers that have targets. */
export async function runSpikes(
  snn: Network,
  { size, batches }: Samples,
  { engine, steps, targets }: SpikeRunOptions,
): Promise<SpikeRun> {
  const counts = new Map([...targets].map(([name, { length }]) => [name, new Float32Array(length)]));
  const moments = new Map([...targets.keys()].map((name) => [name, Array.from({ length: steps }, noMoments)]));
  const answers: (Int32Array | undefined)[] = Array.from({ length: steps });
  const program = await engine.compile(snn);
  try {
    let first = 0;
    for (const batch of batches) {
      for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 0, firstStop: steps })) {
        for (let row = 0; row < frame.rows; row++) {
          const [sample, step] = [first + frame.sampleOf(row), frame.stepOf(row) - 1];
          answers[step] ??= new Int32Array(size);
          answers[step][sample] = argmax(frame.scores(row));
          for (const [name, target] of targets) {
            const neurons = target.length / size;
            const from = sample * neurons;
            const sums = counts.get(name)!.subarray(from, from + neurons);
            frame.spikes(name, row).forEach((spikes, neuron) => {
              sums[neuron] += spikes;
            });
            observe(moments.get(name)![step], sums, target.subarray(from, from + neurons));
          }
        }
      }
      first += batch.size;
    }
  } finally {
    program.dispose();
  }
  const correlation = new Map([...moments].map(([name, ofSteps]) => [name, ofSteps.map(correlationOf)]));
  return { counts, answers, correlation };
}

/** Sums from which a correlation is computed. */
interface Moments {
  n: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
}

const noMoments = (): Moments => ({ n: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 });

function observe(moments: Moments, x: Float32Array, y: Float32Array): void {
  moments.n += x.length;
  for (let i = 0; i < x.length; i++) {
    moments.x += x[i];
    moments.y += y[i];
    moments.xx += x[i] * x[i];
    moments.yy += y[i] * y[i];
    moments.xy += x[i] * y[i];
  }
}

/** Pearson's correlation, which rounding must not carry past 1. */
function correlationOf({ n, x, y, xx, yy, xy }: Moments): number {
  const correlation = (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y));
  return Math.min(Math.max(correlation, -1), 1);
}

/** The share of samples with the same answer. */
export function agreement(answers: Int32Array | undefined, others: Int32Array): number {
  return answers === undefined
    ? 0
    : answers.filter((answer, sample) => answer === others[sample]).length / others.length;
}
