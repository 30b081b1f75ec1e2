import type { Network, Node } from '@spikewright/snn-core';
import { type NodeMaker, nodeMaker } from './node-maker.js';

/** The last two layers of most of them: three classes from an image. */
const readOut = (make: NodeMaker, input: string, features: number): Node[] => [
  make.plain('flatten', 'flatten', input),
  make.dense('scores', 'flatten', [features, 3]),
];

const TOPOLOGIES: Readonly<Record<string, (make: NodeMaker) => Node[]>> = {
  dense: (make) => [
    make.input([6]),
    make.dense('hidden1', 'input', [6, 8]),
    make.plain('relu', 'relu1', 'hidden1'),
    make.dense('hidden2', 'relu1', [8, 8]),
    make.plain('relu', 'relu2', 'hidden2'),
    make.dense('scores', 'relu2', [8, 3]),
  ],
  chain: (make) => [
    make.input([6, 6, 2]),
    make.conv('conv', 'input', [3, 3, 2, 4]),
    make.batchNorm('norm', 'conv', 4),
    make.plain('relu', 'relu', 'norm'),
    make.avgPool('pool', 'relu'),
    ...readOut(make, 'pool', 16),
  ],
  deep: (make) => [
    make.input([6, 6, 1]),
    ...['input', 'relu1', 'relu2'].flatMap((input, layer) => [
      make.conv(`conv${layer + 1}`, input, [3, 3, layer === 0 ? 1 : 3, 3], { padding: 'same' }),
      make.plain('relu', `relu${layer + 1}`, `conv${layer + 1}`),
    ]),
    ...readOut(make, 'relu3', 108),
  ],
  residualIdentity: (make) => [
    make.input([4, 4, 2]),
    make.conv('conv1', 'input', [3, 3, 2, 4], { padding: 'same' }),
    make.plain('relu', 'relu1', 'conv1'),
    make.conv('conv2', 'relu1', [3, 3, 4, 4], { padding: 'same' }),
    make.plain('add', 'add', 'conv2', 'relu1'),
    make.plain('relu', 'relu2', 'add'),
    ...readOut(make, 'relu2', 64),
  ],
  residualProjection: (make) => [
    make.input([4, 4, 2]),
    make.conv('conv1', 'input', [1, 1, 2, 3]),
    make.plain('relu', 'relu1', 'conv1'),
    make.conv('conv2', 'relu1', [3, 3, 3, 4], { padding: 'same', strides: [2, 2] }),
    make.conv('shortcut', 'relu1', [1, 1, 3, 4], { strides: [2, 2] }),
    make.plain('add', 'add', 'conv2', 'shortcut'),
    make.plain('relu', 'relu2', 'add'),
    ...readOut(make, 'relu2', 16),
  ],
  concat: (make) => [
    make.input([4, 4, 2]),
    make.conv('wide', 'input', [3, 3, 2, 2], { padding: 'same' }),
    make.plain('relu', 'reluWide', 'wide'),
    make.conv('narrow', 'input', [1, 1, 2, 3]),
    make.plain('relu', 'reluNarrow', 'narrow'),
    make.plain('concat', 'both', 'reluWide', 'reluNarrow'),
    make.conv('conv', 'both', [2, 2, 5, 4]),
    make.plain('relu', 'relu', 'conv'),
    ...readOut(make, 'relu', 36),
  ],
  grouped: (make) => [
    make.input([4, 4, 4]),
    make.conv('conv', 'input', [3, 3, 2, 6], { groups: 2 }),
    make.plain('relu', 'relu', 'conv'),
    ...readOut(make, 'relu', 24),
  ],
  depthwise: (make) => [
    make.input([4, 4, 3]),
    make.conv('depthwise', 'input', [3, 3, 1, 6], { groups: 3, padding: 'same' }),
    make.plain('relu', 'relu1', 'depthwise'),
    make.conv('pointwise', 'relu1', [1, 1, 6, 4]),
    make.plain('relu', 'relu2', 'pointwise'),
    ...readOut(make, 'relu2', 64),
  ],
  strided: (make) => [
    make.input([7, 9, 1]),
    make.conv('conv', 'input', [3, 2, 1, 3], { strides: [2, 3] }),
    make.plain('relu', 'relu', 'conv'),
    ...readOut(make, 'relu', 27),
  ],
  dilated: (make) => [
    make.input([6, 6, 1]),
    make.conv('conv', 'input', [3, 2, 1, 3], { dilation: [2, 3] }),
    make.plain('relu', 'relu', 'conv'),
    ...readOut(make, 'relu', 18),
  ],
  samePadding: (make) => [
    make.input([7, 5, 1]),
    make.conv('conv1', 'input', [3, 3, 1, 2], { padding: 'same', strides: [2, 2] }),
    make.plain('relu', 'relu1', 'conv1'),
    make.conv('conv2', 'relu1', [2, 2, 2, 3], { padding: 'same', strides: [2, 2] }),
    make.plain('relu', 'relu2', 'conv2'),
    ...readOut(make, 'relu2', 12),
  ],
  explicitPadding: (make) => [
    make.input([4, 5, 1]),
    make.conv('conv', 'input', [3, 3, 1, 3], { padding: [0, 1, 2, 1], strides: [1, 2] }),
    make.plain('relu', 'relu', 'conv'),
    ...readOut(make, 'relu', 27),
  ],
  overlappingPool: (make) => [
    make.input([4, 4, 1]),
    make.conv('conv', 'input', [3, 3, 1, 2], { padding: 'same' }),
    make.plain('relu', 'relu', 'conv'),
    // Windows at the end hold one or two inputs instead of four.
    make.avgPool('pool', 'relu', { strides: [1, 1], padding: 'same' }),
    ...readOut(make, 'pool', 32),
  ],
  globalPool: (make) => [
    make.input([4, 4, 2]),
    make.conv('conv', 'input', [3, 3, 2, 4], { padding: 'same' }),
    make.plain('relu', 'relu', 'conv'),
    make.plain('globalAvgPool', 'pool', 'relu'),
    make.dense('scores', 'pool', [4, 3]),
  ],
  scale: (make) => [
    make.input([4, 4, 2]),
    make.scale('scale1', 'input', 2),
    make.plain('relu', 'relu1', 'scale1'),
    make.conv('conv', 'relu1', [3, 3, 2, 4]),
    make.scale('scale2', 'conv', 4),
    make.plain('relu', 'relu2', 'scale2'),
    ...readOut(make, 'relu2', 16),
  ],
  otherActivations: (make) => [
    make.input([4, 4, 1]),
    make.conv('conv1', 'input', [3, 3, 1, 3], { padding: 'same' }),
    { op: 'qcfs', name: 'qcfs', inputs: ['conv1'], lambda: 1, levels: 4 },
    make.conv('conv2', 'qcfs', [1, 1, 3, 3]),
    { op: 'clip', name: 'clip', inputs: ['conv2'], lambda: 0.5 },
    ...readOut(make, 'clip', 48),
    make.plain('softmax', 'softmax', 'scores'),
  ],
  maxPool: (make) => [
    make.input([5, 5, 1]),
    make.conv('conv', 'input', [2, 2, 1, 3]),
    make.plain('relu', 'relu', 'conv'),
    { op: 'maxPool2d', name: 'pool', inputs: ['relu'], size: [2, 2], strides: [2, 2], padding: 'valid' },
    ...readOut(make, 'pool', 12),
  ],
};

/**
 * Makes one tiny ANN for every topology: chains, residual connections, joined branches, groups, strides, dilation,
 * padding and pooling of every kind. All have three classes.
 *
 * Their weights are multiples of 1/16, so that with intensities of `tinyBatch` sums are exact even in 32-bit floats.
 *
 * @param seed - of the weights, a whole number from 0; 1 if left out
 * @returns networks by the name of their topology
 */
export function tinyNetworks(seed = 1): Record<string, Network> {
  return Object.fromEntries(
    Object.entries(TOPOLOGIES).map(([name, nodesOf], place): [string, Network] => {
      const meta = { name, source: { made: 'tinyNetworks', seed } };
      return [name, { format: 1, nodes: nodesOf(nodeMaker(seed, place)), meta }];
    }),
  );
}
