import { wasmEngine } from '@spikewright/engine-wasm';
import { direct, type Encoder, type Program, poisson } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';

const network = withNeurons(tinyNetworks().chain);
const SAMPLES = 40;
const STEPS = 24;
const batch = tinyBatch(network, SAMPLES);

/** Stops all over, 1 to 24. */
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

/** Counts, by kernel, the steps that kernels are called for. */
function countKernelSteps(): Record<string, number> {
  const taken: Record<string, number> = {};
  const instantiate = WebAssembly.instantiate as (...given: unknown[]) => Promise<WebAssembly.Instance>;
  vi.spyOn(WebAssembly, 'instantiate').mockImplementation(async (...given: unknown[]) => {
    const { exports } = await instantiate(...given);
    const counted = Object.entries(exports).map(([kernel, call]) => [
      kernel,
      (record: number, steps: number) => {
        taken[kernel] = (taken[kernel] ?? 0) + steps;
        return (call as (record: number, steps: number) => unknown)(record, steps);
      },
    ]);
    return { exports: Object.fromEntries(counted) } as never;
  });
  return taken;
}

afterEach(() => void vi.restoreAllMocks());

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

  const firsts = [1, 2, 7, 8, 9, 16, STEPS];
  test.each(firsts.flatMap((first) => [1, 2, 3].map((workers) => [first, workers] as const)))(
    'computes no step after a stop where none comes before step %i, which it is told, with %i threads',
    async (first, workers) => {
      const program = await wasmEngine({ rows: 4, workers }).compile(network);
      const late = (sample: number): number => Math.max(first, stopOf(sample));
      const expected = Array.from({ length: SAMPLES }, (_, sample) => late(sample));
      for (let run = 0; run < 2; run++) expect(await computedSteps(program, late, first)).toEqual(expected);
      program.dispose();
    },
  );

  test.each(firsts)('takes no kernel through a step after a stop under direct coding, first stop %i', async (first) => {
    const taken = countKernelSteps();
    const program = await wasmEngine({ rows: 4 }).compile(network);
    const late = (sample: number): number => Math.max(first, stopOf(sample));
    const run = async (stopAfter: (sample: number) => number): Promise<Record<string, number>> => {
      for (const kernel of Object.keys(taken)) taken[kernel] = 0;
      for await (const frame of program.run(batch, { steps: STEPS, encoder: direct(), seed: 1, firstStop: first })) {
        for (let row = 0; row < frame.rows; row++) {
          if (frame.stepOf(row) >= stopAfter(frame.sampleOf(row))) frame.stop(row);
        }
      }
      return { ...taken };
    };
    const full = await run(() => STEPS);
    const stopped = await run(late);
    // Every layer takes as many steps as its sample: all of them, or those until the stop.
    const steps = Array.from({ length: SAMPLES }, (_, sample) => late(sample)).reduce((sum, step) => sum + step, 0);
    for (const kernel of ['runNeurons', 'runLayer', 'listSpikes']) {
      const layers = full[kernel] / (SAMPLES * STEPS);
      expect([Number.isInteger(layers), layers > 0]).toEqual([true, true]);
      expect(stopped[kernel]).toBe(layers * steps);
    }
    program.dispose();
  });

  test('wastes what a chunk holds where it is told to', async () => {
    const program = await wasmEngine({ chunk: 5 }).compile(network);
    // Whole chunks of 5, the last one of a sample cut to 24 steps.
    const chunks = batchStops().map((stop) => Math.min(STEPS, 5 * Math.ceil(stop / 5)));
    expect(await computedSteps(program, stopOf)).toEqual(chunks);
    program.dispose();
  });
});

const batchStops = (): number[] => Array.from({ length: SAMPLES }, (_, sample) => stopOf(sample));
