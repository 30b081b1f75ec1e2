import { l4 } from '@spikewright/converters-l4';
import { norm } from '@spikewright/converters-norm';
import { type Calibration, chain, checkNetwork, type Network, referenceEngine, upTo } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { interval95 } from '../src/reproduce/interval.js';
import { l4Command, reproduceL4 } from '../src/reproduce/l4/command.js';
import { correlation } from '../src/reproduce/l4/correlation.js';
import { layerParts } from '../src/reproduce/l4/layer-parts.js';
import { moments } from '../src/reproduce/l4/moments.js';
import { drawnDeviation, receivedWithin } from '../src/reproduce/l4/observe-potentials.js';
import { drawAccuracy, drawDeviation } from '../src/reproduce/l4/plots.js';
import { PREDICTORS } from '../src/reproduce/l4/results.js';
import { summariseNeurons } from '../src/reproduce/l4/summarise-neurons.js';
import { l4Tables } from '../src/reproduce/l4/tables.js';

const engine = referenceEngine();

test("interval95() is the mean and Student's t times the standard error", () => {
  // mean 3, s² = 10 / 4, s / sqrt(5) = 0.707107, times 2.776
  const { mean, low, high } = interval95([1, 2, 3, 4, 5]);
  expect([mean, low, high]).toBeAllClose([3, 3 - 1.962929, 3 + 1.962929]);
  expect(interval95([0.5, 0.5])).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
  for (const values of [[], [1], new Array<number>(11).fill(1)])
    expect(() => interval95(values)).toThrow(
      `Cannot give an interval: there must be from 2 to 10 values: ${values.length} given`,
    );
});

test('correlation() is 1, -1 or between', () => {
  expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
  expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  // Deviations (-1, 0, 1) and (-1, 1, 0): 1 / 2
  expect(correlation([1, 2, 3], [0, 2, 1])).toBeCloseTo(0.5, 12);
  expect(correlation([1, 1], [1, 2])).toBeNaN();
});

test('moments() gives standard deviations over n - 1', () => {
  const seen = moments(2);
  for (const values of [
    [1, 5],
    [2, 5],
    [3, 5],
  ])
    seen.add(values);
  expect([...seen.deviation()]).toEqual([1, 0]);
});

/** Input, conv, relu, pooling, conv of one channel each; weights 3 and 2. */
const small: Network = {
  format: 1,
  nodes: [
    { op: 'input', name: 'input', inputs: [], shape: [2, 2, 1] },
    conv('conv1', 'input', 3),
    { op: 'relu', name: 'relu', inputs: ['conv1'] },
    {
      op: 'avgPool2d',
      name: 'pool',
      inputs: ['relu'],
      size: [2, 2],
      strides: [2, 2],
      padding: 'valid',
    },
    conv('conv2', 'pool', 2),
  ],
  meta: {},
};

function conv(name: string, input: string, weight: number) {
  return {
    op: 'conv2d',
    name,
    inputs: [input],
    kernel: { shape: [1, 1, 1, 1], data: Float32Array.of(weight) },
    bias: { shape: [1], data: Float32Array.of(7) },
    strides: [1, 1],
    padding: 'valid',
    dilation: [1, 1],
    groups: 1,
  } as const;
}

const calibrated = (network: Network): Calibration => ({
  engine,
  async *batches() {
    yield tinyBatch(network, 32, 5);
  },
});

test('layerParts() squares weights, and divides variances by the size of a mean', async () => {
  const snn = await norm({ rule: 'max', scope: 'layer' }).convert(small, calibrated(small));
  const [first, second] = layerParts(snn, checkNetwork(snn));
  expect([first.source.name, second.source.name]).toEqual(['input', 'relu']);
  const data = Float32Array.of(0.25, 0.25, 0.25, 0.5);
  const one = { size: 1, data, indices: Uint32Array.of(0) };
  // λ is 3 + 7 for inputs of 1: weights 3 / 10 and 2 · 10. The bias adds nothing.
  expect([...(await (await engine.compile(first.variances)).infer(one))]).toBeAllClose([0.0225, 0.0225, 0.0225, 0.045]);
  // A mean of four: 20² (0.25 + 0.25 + 0.25 + 0.5) / 16
  expect([...(await (await engine.compile(second.variances)).infer(one))]).toBeAllClose([31.25]);
  expect([...(await (await engine.compile(second.linear)).infer(one))]).toBeAllClose([20 * 0.3125 + 7]);
  expect(() => layerParts(tinyNetworks().chain, checkNetwork(tinyNetworks().chain))).not.toThrow();
});

test('layerParts() refuses what it cannot carry variances through', () => {
  const { residualIdentity } = tinyNetworks();
  expect(() => layerParts(residualIdentity, checkNetwork(residualIdentity))).toThrow(
    "Cannot carry variances through node 'relu1': it must be conv2d or avgPool2d: relu",
  );
});

test('drawnDeviation() finds the Bernoulli formula', async () => {
  const snn = await norm({ rule: 'max', scope: 'layer' }).convert(small, calibrated(small));
  const linear = await engine.compile(layerParts(snn, checkNetwork(snn))[0].linear);
  const draws = { steps: 9, repetitions: 2000, seed: 1 };
  const deviation = await drawnDeviation(linear, Float32Array.of(0, 0.5, 0.1, 1), draws);
  // 0.3 sqrt(9 r (1 - r)): 0, 0.45, 0.27, 0; one part in sqrt(2 · 2000) is 1.6 %
  expect([...deviation]).toBeAllClose([0, 0.45, 0.27, 0], { relative: 0.05 });
  const again = await drawnDeviation(linear, Float32Array.of(0, 0.5, 0.1, 1), draws);
  expect(again).toEqual(deviation);
});

test('receivedWithin() counts the spikes and sums the currents of a layer in the network', async () => {
  const snn = await norm({ rule: 'max', scope: 'layer' }).convert(small, calibrated(small));
  const draws = { steps: 8, repetitions: 50, seed: 1 };
  const cut = await engine.compile(upTo(snn, 'conv2'));
  const { rates, deviation } = await receivedWithin(cut, 'relu', new Float32Array(4), draws);
  // Without input the bias alone sends: 0.7 a step from v(0) = 1/2: 5.6 + 0.5 = 6.1, 6 spikes of 8 steps, each time.
  expect([...rates]).toBeAllClose([0.75, 0.75, 0.75, 0.75]);
  expect([...deviation]).toEqual([0]);
});

test('summariseNeurons() correlates over all neurons, and over the channels of each place', () => {
  const neuron = (place: string, measured: number, at: number) => ({ place, measured, predicted: [at, -at, at, at] });
  const neurons = [neuron('a', 1, 1), neuron('a', 2, 2), neuron('b', 1, 2), neuron('b', 3, 1), neuron('c', 9, 9)];
  const summary = summariseNeurons(neurons);
  // Places a and b: 1 and -1; c has one neuron and no correlation.
  expect(summary.correlationWithin).toEqual(Object.fromEntries(PREDICTORS.map((name) => [name, 0])));
  expect(summary.correlation['L2 norm']).toBe(-summary.correlation['L4 norm']);
  expect(summary.points[0]).toEqual([1, 1, -1, 1, 1]);
  expect(summary.neurons).toBe(5);
});

test('norm() by channel takes the factors of l4 out again; by layer they stay', async () => {
  const { deep } = tinyNetworks();
  // Without negative weights every channel is active; a silent one has no λ of its own.
  const ann = {
    ...deep,
    nodes: deep.nodes.map((node) =>
      'kernel' in node ? { ...node, kernel: { ...node.kernel, data: node.kernel.data.map(Math.abs) } } : node,
    ),
  };
  const weights = async (converter: ReturnType<typeof norm>) =>
    (await converter.convert(ann, calibrated(ann))).nodes.flatMap((node) =>
      'kernel' in node ? [...node.kernel.data] : [],
    );
  const exact = norm({ rule: 'max' });
  expect(await weights(chain(l4(), exact))).toBeAllClose(await weights(exact), { relative: 1e-5 });
  // Percentiles are read from bins of 0.4 %, in and out of a layer.
  expect(await weights(chain(l4(), norm()))).toBeAllClose(await weights(norm()), { relative: 0.01 });
  const layer = norm({ rule: 'max', scope: 'layer' });
  const [alone, after] = [await weights(layer), await weights(chain(l4(), layer))];
  expect(Math.max(...alone.map((weight, i) => (weight === 0 ? 0 : Math.abs(after[i] / weight - 1))))).toBeGreaterThan(
    0.05,
  );
});

test('l4 says in its help that the rule is derived', () => {
  expect(l4Command.name()).toBe('l4');
  const help = l4Command.helpInformation().replace(/\s+/g, ' ');
  expect(help).toContain("derived from the abstract, the paper's rule is not public");
});

test('reproduceL4() measures the MNIST network', { timeout: 240_000 }, async () => {
  const options = { images: 4, calibration: 20, seed: 1, seeds: 2, draws: 3, workers: 1 };
  const said: string[] = [];
  const results = await reproduceL4(options, (what) => void said.push(what));
  expect(results.rows.map(({ baseline, adjustment }) => `${baseline}: ${adjustment}`)).toEqual([
    ...['weak', 'strong'].flatMap((baseline) =>
      ['as trained', 'A, L4', 'A with L2', 'A with channel max', 'B, all layers', 'B, last layer', 'C, sigma'].map(
        (adjustment) => `${baseline}: ${adjustment}`,
      ),
    ),
    'channel: as trained',
  ]);
  for (const { checkpoints, spikes, adjustment, annAccuracy } of results.rows) {
    expect(checkpoints.map(({ step }) => step)).toEqual([4, 8, 16, 32, 64]);
    for (const { accuracy, interval } of checkpoints) {
      expect(accuracy).toHaveLength(2);
      expect(interval.mean).toBeCloseTo((accuracy[0] + accuracy[1]) / 2, 12);
    }
    expect(spikes).toBeGreaterThan(1000);
    if (!adjustment.startsWith('B')) expect(annAccuracy).toBe(results.ann.accuracy);
  }
  expect(results.deviation.layers.map(({ layer, spikes }) => `${layer} ${spikes}`)).toEqual([
    'conv1 Poisson',
    'conv2 Poisson',
    'conv2 network',
    'conv3 Poisson',
    'conv3 network',
  ]);
  expect(said[0]).toBe('accuracy  0 %: as trained, weak');
  const tables = l4Tables(results);
  expect(tables).toContain("L4: derived from the abstract, the paper's rule is not public");
  expect(tables).toMatch(/strong +│ C, sigma/);
  for (const svg of [drawAccuracy(results), drawDeviation(results)]) {
    expect(svg).toMatch(/^<svg .*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).not.toContain('NaN');
  }
});

test('reproduceL4() refuses a number of seeds that gives no interval', async () => {
  const options = { images: 6, calibration: 20, seed: 1, seeds: 1, draws: 3, workers: 1 };
  await expect(reproduceL4(options, () => undefined)).rejects.toThrow(
    'Cannot reproduce l4: --seeds must be from 2 to 10: 1',
  );
});
