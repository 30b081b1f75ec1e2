import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import { direct, type Network, type Program, poisson, type RunOptions, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { randomNetwork } from './random-network.js';
import { trace } from './trace.js';

const spiking: Network = withNeurons(tinyNetworks().residualIdentity);
const options: RunOptions = { steps: 8, encoder: poisson(), seed: 1 };

async function frames(program: Program, network = spiking, samples = 3): Promise<number> {
  let count = 0;
  for await (const frame of program.run(tinyBatch(network, samples), options)) count += frame.rows;
  return count;
}

describe('wasmEngine', () => {
  test.each([
    [{ chunk: 0 }, 'Cannot make the wasm engine: chunk must be at least 1: 0'],
    [{ chunk: 2.5 }, 'Cannot make the wasm engine: chunk must be a whole number: 2.5'],
    [{ rows: 0 }, 'Cannot make the wasm engine: rows must be at least 1: 0'],
    [{ workers: 65 }, 'Cannot make the wasm engine: workers must be at most 64: 65'],
    [{ floats: 'float16' as 'float32' }, 'Cannot make the wasm engine: floats must be float32 or float64: float16'],
  ])('refuses %j', (given, message) => {
    expect(() => wasmEngine(given)).toThrow(new RangeError(message));
  });

  test('refuses the use of a program after dispose, and a run that was under way', async () => {
    const program = await wasmEngine().compile(spiking);
    const run = program.run(tinyBatch(spiking, 2), options) as Iterable<unknown>;
    const under = run[Symbol.iterator]();
    under.next();
    program.dispose();
    const error = new Error('Cannot use program: it must not be disposed of: it was');
    expect(() => under.next()).toThrow(error);
    expect(() => program.run(tinyBatch(spiking, 2), options)).toThrow(error);
    const ann = await wasmEngine().compile(tinyNetworks().dense);
    ann.dispose();
    expect(() => ann.infer(tinyBatch(tinyNetworks().dense, 1))).toThrow(error);
  });

  test('refuses to go on with a run after a later one was begun', async () => {
    const program = await wasmEngine().compile(spiking);
    const first = (program.run(tinyBatch(spiking, 2), options) as Iterable<unknown>)[Symbol.iterator]();
    first.next();
    await frames(program);
    expect(() => first.next()).toThrow(/^Cannot go on with run: one run at a time/);
  });

  test('refuses an encoder of spikes that gives something else', async () => {
    const program = await wasmEngine().compile(spiking);
    const start = () => (_: unknown, __: number, ___: number, into: Float64Array) => void into.fill(0.5);
    const encoder = { ...poisson(), start };
    expect(() => [...(program.run(tinyBatch(spiking, 1), { ...options, encoder }) as Iterable<unknown>)]).toThrow(
      new RangeError('Cannot run sample 0: an encoder of spikes must give 0 or 1: 0.5'),
    );
  });

  test('does the samples after a stop, and as many steps as before', async () => {
    const program = await wasmEngine({ rows: 2, chunk: 5 }).compile(spiking);
    const batch = tinyBatch(spiking, 7);
    const all = await trace(program, batch, { steps: 12, encoder: direct() });
    const cut = await trace(program, batch, { steps: 12, encoder: direct(), stopAfter: (sample) => 1 + sample });
    // 1 + 2 + ... + 7 steps instead of 7 times 12.
    expect([all.size, cut.size]).toEqual([84, 28]);
    for (const [key, step] of cut) expect(step).toBe(all.get(key));
  });

  test('gives the same with any number of workers', async () => {
    for (const [seed, neurons] of [
      [4, 'plain'],
      [5, 'all'],
      [11, 'plain'],
    ] as const) {
      const network = await quantizeWeights({ bits: 7 }).convert(randomNetwork(seed, { neurons }), {
        batches: async function* () {},
        engine: referenceEngine(),
      });
      const stopAfter = (sample: number): number => 3 + 2 * sample;
      for (const samples of [1, 5]) {
        const batch = tinyBatch(network, samples);
        const expected = await trace(await referenceEngine().compile(network), batch, {
          steps: 9,
          encoder: direct(),
          stopAfter,
        });
        for (const workers of [2, 3]) {
          const program = await wasmEngine({ workers, rows: 3 }).compile(network);
          expect(await trace(program, batch, { steps: 9, encoder: direct(), stopAfter })).toEqual(expected);
          program.dispose();
        }
      }
    }
  });
});
