import { readFileSync } from 'node:fs';
import { qcfs } from '@spikewright/converters-qcfs';
import { batches, mnist, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { direct, evaluate, loadNetwork, recordScores } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { watchEngine } from '../src/run/watch-engine.js';

test('watchEngine() keeps the scores of the runs that it is told to, until they are taken', async () => {
  const digits = take(await mnist('test'), 5);
  const ann = loadNetwork(readFileSync('apps/reference/networks/mnist-qcfs4.safetensors'));
  const read = () => batches(digits, { size: 2 });
  const { engine, begin, takeRecording, milliseconds } = watchEngine(wasmEngine());
  const snn = await qcfs().convert(ann, { batches: read, engine });
  const program = await engine.compile(snn);
  const options = { steps: 3, encoder: direct(), seed: 1 };
  const run = () => evaluate(program, read(), options);
  const none = 'Cannot give the scores of runs: they must have been kept: none were';
  await run();
  await expect(takeRecording()).rejects.toThrow(new RangeError(none));
  begin(false);
  await run();
  expect(milliseconds()).toBeGreaterThan(0);
  await expect(takeRecording()).rejects.toThrow(new RangeError(none));
  begin(true);
  await run();
  expect(await takeRecording()).toEqual(await recordScores(program, read(), options));
  // What was taken is gone, and nothing more is kept.
  await run();
  await expect(takeRecording()).rejects.toThrow(new RangeError(none));
  program.dispose();
});
