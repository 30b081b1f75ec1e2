import { wasmEngine } from '@spikewright/engine-wasm';
import { type Encoder, type Program, poisson } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';

const network = withNeurons(tinyNetworks().chain);
const SAMPLES = 40;
const STEPS = 12;
const batch = tinyBatch(network, SAMPLES);

/** Stops all over, 1 to 12. */
const stopOf = (sample: number): number => 1 + ((sample * 7) % STEPS);

/** An encoder that counts the steps it is asked for: those that are computed. */
function counting(): { encoder: Encoder; steps: number[] } {
  const steps: number[] = new Array(SAMPLES).fill(0);
  const { start, ...rest } = poisson();
  const counted: Encoder['start'] = (seed) => {
    const encode = start(seed);
    return (image, sample, step, into) => {
      steps[sample] += 1;
      encode(image, sample, step, into);
    };
  };
  return { encoder: { ...rest, start: counted }, steps };
}

async function computedSteps(
  program: Program,
  stopAfter: (sample: number) => number,
  firstStop = 1,
): Promise<number[]> {
  const { encoder, steps } = counting();
  for await (const frame of program.run(batch, { steps: STEPS, encoder, seed: 1, firstStop })) {
    for (let row = 0; row < frame.rows; row++) {
      if (frame.stepOf(row) >= stopAfter(frame.sampleOf(row))) frame.stop(row);
    }
  }
  return steps;
}

describe('wasmEngine and stops', () => {
  test.each([1, 2, 3])('never computes a step after a stop, with %i threads', async (workers) => {
    const program = await wasmEngine({ workers }).compile(network);
    const expected = batchStops();
    for (let run = 0; run < 2; run++) expect(await computedSteps(program, stopOf)).toEqual(expected);
    program.dispose();
  });

  test.each([1, 2, 5, 12])(
    'takes steps together before a first stop that it is told, step %i, and none after a stop',
    async (first) => {
      const program = await wasmEngine({ rows: 4 }).compile(network);
      const late = (sample: number): number => Math.max(first, stopOf(sample));
      const expected = Array.from({ length: SAMPLES }, (_, sample) => late(sample));
      for (let run = 0; run < 2; run++) expect(await computedSteps(program, late, first)).toEqual(expected);
      program.dispose();
    },
  );

  test('wastes what a chunk holds where it is told to', async () => {
    const program = await wasmEngine({ chunk: 5 }).compile(network);
    // Whole chunks of 5, the last one of a sample cut to 12 steps.
    const chunks = batchStops().map((stop) => Math.min(STEPS, 5 * Math.ceil(stop / 5)));
    expect(await computedSteps(program, stopOf)).toEqual(chunks);
    program.dispose();
  });
});

const batchStops = (): number[] => Array.from({ length: SAMPLES }, (_, sample) => stopOf(sample));
