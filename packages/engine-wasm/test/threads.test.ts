import { wasmEngine } from '@spikewright/engine-wasm';
import { type Frame, poisson, type RunOptions, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { trace } from './trace.js';

const network = withNeurons(tinyNetworks().residualIdentity);
const batch = tinyBatch(network, 5);
const options: RunOptions = { steps: 40, encoder: poisson(), seed: 3 };

const compile = () => wasmEngine({ workers: 3 }).compile(network);
const frames = (run: unknown): AsyncIterator<Frame> => (run as AsyncIterable<Frame>)[Symbol.asyncIterator]();

describe('wasmEngine with workers', () => {
  test('lets a later run begin while threads still work for an earlier one', async () => {
    const program = await compile();
    const early = frames(program.run(batch, options)).next();
    const late = trace(program, batch, options);
    await expect(early).rejects.toThrow(/^Cannot go on with run: one run at a time/);
    expect(await late).toEqual(await trace(await referenceEngine().compile(network), batch, options));
    program.dispose();
  });

  test('ends a run with an error when the program is disposed of while threads work', async () => {
    const program = await compile();
    const under = frames(program.run(batch, options)).next();
    await Promise.resolve();
    program.dispose();
    await expect(under).rejects.toThrow('Cannot use program: it must not be disposed of: it was');
  });

  test('lets other events happen during a run', async () => {
    const program = await compile();
    let [ticks, running] = [0, true];
    const timer = setInterval(() => ticks++, 1);
    const until = performance.now() + 400;
    while (performance.now() < until) for await (const frame of program.run(batch, options)) running = frame.rows > 0;
    clearInterval(timer);
    program.dispose();
    expect(running).toBe(true);
    // Every 50 ms at the latest, or 8 times; half of that on a busy machine.
    expect(ticks).toBeGreaterThanOrEqual(4);
  });

  test('works again after threads fell asleep, and with more to do than before', async () => {
    const program = await compile();
    const reference = await referenceEngine().compile(network);
    for (const samples of [1, 5, 40]) {
      const more = tinyBatch(network, samples);
      expect(await trace(program, more, options)).toEqual(await trace(reference, more, options));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    program.dispose();
  });
});
