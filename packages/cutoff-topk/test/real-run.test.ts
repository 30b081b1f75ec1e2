import { readFileSync } from 'node:fs';
import { qcfs } from '@spikewright/converters-qcfs';
import { evaluateCutoff, topK } from '@spikewright/cutoff-topk';
import { batches, type ImageSet, mnist, split, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import {
  type Batch,
  direct,
  type Engine,
  evaluate,
  type Json,
  loadNetwork,
  type Network,
  type Program,
  plain,
  recordScores,
  referenceEngine,
  runPipeline,
} from '@spikewright/snn-core';
import { beforeAll, describe, expect, test } from 'vitest';

const file = new URL('../../../apps/reference/networks/mnist-qcfs4.safetensors', import.meta.url);
/** Gives the reference engine's scores, and is faster. */
const fast = wasmEngine({ floats: 'float64' });
const cutoff = topK({ epsilon: 0.01 });
const run = { steps: 4, encoder: direct(), seed: 1 };
let training: ImageSet;
let images: ImageSet;
let snn: Network;
let fitted: Json;

const read = (set: ImageSet): AsyncIterable<Batch> => batches(set, { size: 16 });

beforeAll(async () => {
  // Test images for both: the training images are many, and take long to load.
  [training, images] = split(take(await mnist('test'), 192), [128, 64], 1);
  const data = { calibration: () => read(training), test: () => read(images) };
  const pipeline = { ...plain, seed: 1, steps: 4, converter: qcfs(), cutoff, engine: fast };
  ({ network: snn, fitted } = await runPipeline(pipeline, loadNetwork(readFileSync(file)), data));
}, 60_000);

test('a pipeline records with dropout and keeps the fit with the network', async () => {
  expect(snn.meta.fits).toEqual({ 'top-k': fitted });
  const program = await fast.compile(snn);
  // Without dropout leads are larger and surer.
  expect(cutoff.fit!(await recordScores(program, read(training), run))).not.toEqual(fitted);
});

describe.each<[string, Engine]>([
  ['the reference engine', referenceEngine()],
  ['engine-wasm', fast],
])('on %s', (_, engine) => {
  test('a run with real stops does what the post-hoc cut claims', async () => {
    const program = await engine.compile(snn);
    const claim = evaluateCutoff(await recordScores(program, read(images), run), fitted);
    // Some stop early and some do not, or nothing would be shown.
    expect(claim.stops[0]).toBeGreaterThan(5);
    expect(claim.stops[0]).toBeLessThan(64);
    // The fit comes with the network.
    const { accuracy, meanStopStep, stops } = await evaluate(program, read(images), { ...run, cutoff });
    expect({ accuracy: accuracy[3], meanStopStep, stops }).toEqual({
      accuracy: claim.accuracy,
      meanStopStep: claim.mean,
      stops: claim.stops,
    });
    expect(await realSteps(program)).toEqual([...claim.steps]);
    program.dispose();
  });

  test('a recording with dropout gives the same fit', async () => {
    const program = await engine.compile(snn);
    const recording = await recordScores(program, read(training), { ...run, dropout: 0.3 });
    expect(cutoff.fit!(recording)).toEqual(fitted);
    program.dispose();
  });
});

/** The last step that each sample takes in a run that stops. */
async function realSteps(program: Program): Promise<number[]> {
  const steps: number[] = [];
  const { network, encoder } = fitted as { network: string; encoder: string };
  for await (const batch of read(images)) {
    const last = Array.from({ length: batch.size }, () => 0);
    const look = cutoff.start(fitted, { network, encoder, steps: 4 });
    for await (const frame of program.run(batch, run)) {
      for (let row = 0; row < frame.rows; row++) last[frame.sampleOf(row)] = frame.stepOf(row);
      look(frame);
    }
    steps.push(...last);
  }
  return steps;
}
