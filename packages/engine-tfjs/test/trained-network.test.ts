import { readFileSync } from 'node:fs';
import { norm } from '@spikewright/converters-norm';
import { batches, mnist, take } from '@spikewright/datasets';
import { tfjsEngine } from '@spikewright/engine-tfjs';
import {
  type Batch,
  direct,
  type Engine,
  loadNetwork,
  type Network,
  poisson,
  referenceEngine,
} from '@spikewright/snn-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

enableProdMode();

const STEPS = 8;
let network: Network;

beforeAll(async () => {
  await setBackend('wasm');
  const file = readFileSync(new URL('../../../apps/reference/networks/mnist.safetensors', import.meta.url));
  const images = take(await mnist('train'), 50);
  network = await norm().convert(loadNetwork(file), { batches: () => batches(images), engine: tfjsEngine() });
});

async function digits(count: number): Promise<Batch> {
  for await (const batch of batches(take(await mnist('test'), count), { size: count })) return batch;
  throw new Error('no digits');
}

/** The spikes of all samples and steps, by `sample step node`, and the last scores of each sample. */
async function run(engine: Engine, batch: Batch, options: { readonly dropout: number; readonly spikes: boolean }) {
  const program = await engine.compile(network);
  const neurons = network.nodes.filter(({ op }) => op === 'neuron');
  const [spikes, scores] = [new Map<string, Int32Array>(), new Map<number, Float64Array>()];
  const encoder = options.spikes ? poisson() : direct();
  for await (const frame of program.run(batch, { steps: STEPS, encoder, seed: 5, dropout: options.dropout })) {
    for (let row = 0; row < frame.rows; row++) {
      const sample = frame.sampleOf(row);
      for (const { name } of neurons) {
        spikes.set(`${sample} ${frame.stepOf(row)} ${name}`, frame.spikes(name, row).slice());
      }
      scores.set(sample, Float64Array.from(frame.scores(row)));
    }
  }
  program.dispose();
  return { spikes, scores };
}

/** How many spikes there are in either of two runs, and how many in one only; how far scores are apart. */
function compare(expected: Awaited<ReturnType<typeof run>>, actual: Awaited<ReturnType<typeof run>>) {
  let [spikes, differing, farthest] = [0, 0, 0];
  for (const [key, values] of expected.spikes) {
    const others = actual.spikes.get(key)!;
    values.forEach((value, i) => {
      spikes += Math.max(value, others[i]);
      differing += Math.abs(value - others[i]);
    });
  }
  for (const [sample, scores] of expected.scores) {
    const largest = scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
    scores.forEach((score, i) => {
      farthest = Math.max(farthest, Math.abs(score - actual.scores.get(sample)![i]) / largest);
    });
  }
  return { spikes, differing, farthest };
}

//  back end, images, dropout, spikes as input; at least so many spikes
test.each([
  ['wasm', 100, 0, false, 1_500_000],
  ['wasm', 10, 0, true, 150_000],
  ['wasm', 10, 0.3, false, 100_000],
  ['cpu', 2, 0, false, 30_000],
] as const)(
  'on %s, %i digits with dropout %d and spikes as input %s give the spikes of the reference engine but for 1 in 100,000',
  async (backend, count, dropout, asSpikes, least) => {
    await setBackend(backend);
    const batch = await digits(count);
    const options = { dropout, spikes: asSpikes };
    const expected = await run(referenceEngine(), batch, options);
    const { spikes, differing, farthest } = compare(expected, await run(tfjsEngine(), batch, options));
    expect(spikes).toBeGreaterThan(least);
    expect(differing).toBeLessThanOrEqual(1e-5 * spikes);
    expect(farthest).toBeLessThan(1e-4);
  },
);

test('how many rows there are changes no spike', async () => {
  await setBackend('wasm');
  const batch = await digits(20);
  const options = { dropout: 0, spikes: false };
  const expected = await run(tfjsEngine(), batch, options);
  const { spikes, differing } = compare(expected, await run(tfjsEngine({ rows: 3 }), batch, options));
  expect(spikes).toBeGreaterThan(200_000);
  expect(differing).toBe(0);
});
