import { type Batch, checkNetwork, type Network, type Node, type Tensor } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { initialise, train } from '@spikewright/training';
import { beforeAll, expect, test } from 'vitest';
import { convolutional, filled, network, startBackend, values } from './tiny.js';

beforeAll(startBackend);

/** The same network with a value of a tensor, or a number, moved. */
function moved(ann: Network, node: string, field: string, place: number, by: number): Network {
  const change = (given: Node): Node => {
    if (given.name !== node) return given;
    const tensor = (given as unknown as Record<string, Tensor | number>)[field];
    if (typeof tensor === 'number') return { ...given, [field]: tensor + by } as Node;
    const data = tensor.data.map((value, i) => (i === place ? value + by : value));
    return { ...given, [field]: { ...tensor, data } } as Node;
  };
  return { ...ann, nodes: ann.nodes.map(change) };
}

const PARAMETERS = [
  ['conv', 'kernel'],
  ['norm', 'gamma'],
  ['norm', 'beta'],
  ['relu', 'lambda'],
  ['scores', 'kernel'],
  ['scores', 'bias'],
];
/** With so many levels qcfs is clip but for 1e-6: its derivatives, straight through the floor, are those of its value. */
const ACTIVATIONS = [
  { op: 'clip', lambda: 0.8 },
  { op: 'qcfs', lambda: 0.8, levels: 2 ** 18 },
] as const;

/** The gradient of a tensor by training, and by differences. */
async function gradients(start: Network, data: Batch, node: string, field: string): Promise<[number[], number[]]> {
  const run = (from: Network): ReturnType<typeof train> =>
    train(from, data, { epochs: 1, batchSize: data.size, optimizer: 'sgd', learningRate: 1, momentum: 0 });
  const after = values((await run(start)).network, node, field);
  const gradient = values(start, node, field).map((before, place) => before - after[place]);
  const h = 5e-4;
  const differences: number[] = [];
  for (let place = 0; place < gradient.length; place++) {
    const [up, down] = [
      await run(moved(start, node, field, place, h)),
      await run(moved(start, node, field, place, -h)),
    ];
    differences.push((up.history[0].loss - down.history[0].loss) / (2 * h));
  }
  return [gradient, differences];
}

test.each(ACTIVATIONS.flatMap((activation) => PARAMETERS.map(([node, field]) => [node, field, activation] as const)))(
  'train goes down the derivative of its loss in %s.%s, through batchNorm and %o',
  async (node, field, activation) => {
    const smooth = convolutional(4, 2, 3);
    const nodes = smooth.nodes.map((old) => (old.op === 'relu' ? ({ ...old, ...activation } as Node) : old));
    // With this seed no activation lies within 0.001 of a kink of clip, where differences would mislead.
    const start = initialise({ ...smooth, nodes }, 2);
    const data = tinyBatch(start, 12);
    const [gradient, differences] = await gradients(start, data, node, field);
    const scale = Math.max(...differences.map(Math.abs));
    expect(scale).toBeGreaterThan(0.01);
    expect(gradient).toBeAllClose(differences, { relative: 0, absolute: 0.01 * scale + 1e-3 });
  },
);

//  groups, padding of the convolution, and of the average behind it
test.each([
  [2, 'same', 'same'],
  [2, [0, 1, 1, 0], [1, 0, 0, 1]],
  [4, 'same', 'valid'],
  [4, [1, 0, 2, 1], 'same'],
] as const)('train goes down the derivative of its loss through %i groups', async (groups, padding, around) => {
  const form = { strides: [1, 1], padding, dilation: [1, 1], groups } as const;
  const window = { size: [3, 3], strides: [2, 2], padding: around } as const;
  const nodes: Node[] = [
    { name: 'input', op: 'input', inputs: [], shape: [4, 5, 4] },
    {
      ...form,
      name: 'conv',
      op: 'conv2d',
      inputs: ['input'],
      kernel: filled([2, 2, 4 / groups, 8]),
      bias: filled([8]),
    },
    { ...window, name: 'pool', op: 'avgPool2d', inputs: ['conv'] },
    { name: 'flatten', op: 'flatten', inputs: ['pool'] },
  ];
  const [features] = checkNetwork(network(...nodes)).get('flatten')!;
  const scores: Node = { name: 'scores', op: 'dense', inputs: ['flatten'], kernel: filled([features, 3]) };
  const start = initialise(network(...nodes, scores), 4);
  const [gradient, differences] = await gradients(start, tinyBatch(start, 6), 'conv', 'kernel');
  const scale = Math.max(...differences.map(Math.abs));
  expect(scale).toBeGreaterThan(0.01);
  expect(gradient).toBeAllClose(differences, { relative: 0, absolute: 0.01 * scale + 1e-3 });
});
