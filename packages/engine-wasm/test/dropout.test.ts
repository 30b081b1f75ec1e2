import { readFileSync } from 'node:fs';
import { norm } from '@spikewright/converters-norm';
import { batches, mnist, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import {
  type Batch,
  direct,
  type Encoder,
  elements,
  loadNetwork,
  type Network,
  type Node,
  poisson,
  randomStream,
  referenceEngine,
  type Tensor,
} from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { randomNetwork } from './random-network.js';

const DROPOUT = 0.3;
const STEPS = 8;

interface Comparison {
  /** Spikes that either engine has. */
  readonly spikes: number;
  /** Those that only one of them has. */
  readonly differing: number;
  /** Between scores of the two after the last step, as a part of the sample's largest score. */
  readonly largestError: number;
}

/** Runs a batch with 32-bit sums and by the reference, and compares what they show. */
async function compare(network: Network, batch: Batch, encoder: Encoder): Promise<Comparison> {
  const options = { steps: STEPS, encoder, seed: 5, dropout: DROPOUT };
  const [expected, actual] = [await run(referenceEngine()), await run(wasmEngine())];
  let [spikes, differing, largestError] = [0, 0, 0];
  for (const [key, values] of expected.spikes) {
    const others = actual.spikes.get(key)!;
    values.forEach((value, i) => {
      spikes += Math.max(value, others[i]);
      differing += Math.abs(value - others[i]);
    });
  }
  for (const [sample, scores] of expected.scores) {
    const largest = scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
    const others = actual.scores.get(sample)!;
    scores.forEach((score, i) => {
      largestError = Math.max(largestError, Math.abs(score - others[i]) / largest);
    });
  }
  return { spikes, differing, largestError };

  async function run(engine: ReturnType<typeof wasmEngine>) {
    const program = await engine.compile(network);
    const neurons = network.nodes.filter(({ op }) => op === 'neuron');
    const [spikes, scores] = [new Map<string, Int32Array>(), new Map<number, Float64Array>()];
    for await (const frame of program.run(batch, options)) {
      for (let row = 0; row < frame.rows; row++) {
        const sample = frame.sampleOf(row);
        for (const { name } of neurons) {
          spikes.set(`${sample} ${frame.stepOf(row)} ${name}`, Int32Array.from(frame.spikes(name, row)));
        }
        scores.set(sample, Float64Array.from(frame.scores(row)));
      }
    }
    program.dispose();
    return { spikes, scores };
  }
}

test('with dropout, 32-bit sums give the spikes of the reference for real digits', async () => {
  const file = readFileSync(new URL('../../../apps/reference/networks/mnist.safetensors', import.meta.url));
  const images = take(await mnist('train'), 50);
  const network = await norm().convert(loadNetwork(file), { batches: () => batches(images), engine: wasmEngine() });
  for await (const digits of batches(take(await mnist('test'), 10), { size: 10 })) {
    const { spikes, differing, largestError } = await compare(network, digits, direct());
    expect(spikes).toBeGreaterThan(50_000);
    // A potential that reaches θ by less than a rounding may fire in one engine only, and the draws after it move on.
    expect(differing / spikes).toBeLessThan(1e-4);
    expect(largestError).toBeLessThan(1e-4);
  }
});

test.each([
  ['analog input', direct()],
  ['spikes as input', poisson()],
])('with dropout, they do so for networks of all topologies: %s', async (_, encoder) => {
  for (let seed = 0; seed < 25; seed++) {
    const network = randomNetwork(seed, { neurons: 'plain' });
    const { differing, largestError } = await compare(network, tinyBatch(network, 3), encoder);
    expect({ seed, differing, largestError }).toEqual({ seed, differing: 0, largestError: expect.any(Number) });
    expect(largestError).toBeLessThan(1e-4);
  }
});

/** A network in which the input, of which nothing gets lost, joins spikes by sums, concat and a convolution of both. */
function joined(): Network {
  const random = randomStream(3);
  const draw = (...shape: number[]): Tensor => ({
    shape,
    data: Float32Array.from({ length: elements(shape) }, () => random() - 0.4),
  });
  const conv = (name: string, from: string, channels: number) =>
    ({ ...form, op: 'conv2d', name, inputs: [from], kernel: draw(3, 3, channels, 2), bias: draw(2) }) as const;
  const neuron = (name: string, from: string) => ({ ...plain, op: 'neuron', name, inputs: [from] }) as const;
  const nodes: Node[] = [
    { op: 'input', name: 'input', inputs: [], shape: [4, 4, 2] },
    conv('first', 'input', 2),
    neuron('spikes', 'first'),
    { op: 'add', name: 'sum', inputs: ['spikes', 'input'] },
    neuron('of sum', 'sum'),
    { op: 'concat', name: 'both', inputs: ['of sum', 'input', 'spikes'] },
    conv('second', 'both', 6),
    { op: 'add', name: 'current', inputs: ['second', 'input', 'spikes'] },
    neuron('of current', 'current'),
    { ...window, op: 'avgPool2d', name: 'pool', inputs: ['of current'] },
    { op: 'flatten', name: 'flat', inputs: ['pool'] },
    { op: 'dense', name: 'scores', inputs: ['flat'], kernel: draw(8, 3) },
  ];
  return { format: 1, nodes, meta: {} };
}

const form = { strides: [1, 1], padding: 'same', dilation: [1, 1], groups: 1 } as const;
const window = { size: [2, 2], strides: [2, 2], padding: 'valid' } as const;
const value = (number: number): Tensor => ({ shape: [], data: Float32Array.of(number) });
// No sum of v(0), 1 and 1 / 0.7 is a multiple of this θ: 32 bits would not tell on which side of it they are.
const plain = {
  threshold: value(0.83),
  initial: value(0.4),
  reset: 'subtract',
  fires: '>=',
  leak: 1,
  levels: [0, 1],
} as const;

test.each([
  ['analog input', direct()],
  ['spikes as input', poisson()],
])('with dropout, they do so where the input joins spikes: %s', async (_, encoder) => {
  const { spikes, differing, largestError } = await compare(joined(), tinyBatch(joined(), 20), encoder);
  expect(spikes).toBeGreaterThan(1000);
  expect(differing).toBe(0);
  expect(largestError).toBeLessThan(1e-5);
});
