import { norm } from '@spikewright/converters-norm';
import type { CauseKind, DiagnoseOptions } from '@spikewright/doctor';
import {
  type Calibration,
  type Network,
  type Neuron,
  type Node,
  rewriteNodes,
  type Tensor,
} from '@spikewright/snn-core';
import { foldBatchNorm, integrateAndFire, type Lambdas, toSpiking } from '@spikewright/snn-core/convert';

/** The networks that are diagnosed: an ANN, and a conversion of it that a fault was planted in. */
export interface Planted {
  readonly ann: Network;
  readonly snn: Network;
  readonly options?: DiagnoseOptions;
  /** Where the fault is; absent where it has no place. */
  readonly node?: string;
}

/** Plants a fault. */
export type Plant = (ann: Network, data: Calibration) => Promise<Planted>;

const sound = (ann: Network, data: Calibration): Promise<Network> => norm({ scope: 'layer' }).convert(ann, data);

const times = (tensor: Tensor, factor: number): Tensor => ({
  ...tensor,
  data: tensor.data.map((value) => value * factor),
});

/** Changes one node of a network. */
const change = <Op extends Node['op']>(
  network: Network,
  name: string,
  op: Op,
  edit: (node: Extract<Node, { op: Op }>) => Node,
): Network => {
  const found = network.nodes.find((node) => node.name === name && node.op === op);
  if (!found) throw new ReferenceError(`no ${op} '${name}'`);
  return {
    ...network,
    nodes: network.nodes.map((node) => (node === found ? edit(found as Extract<Node, { op: Op }>) : node)),
  };
};

const inSnn =
  <Op extends Node['op']>(node: string, name: string, op: Op, edit: (node: Extract<Node, { op: Op }>) => Node): Plant =>
  async (ann, data) => ({ ann, snn: change(await sound(ann, data), name, op, edit), node });

const neurons =
  (edit: Partial<Neuron>, options: DiagnoseOptions): Plant =>
  async (ann, data) => {
    const snn = await sound(ann, data);
    const nodes = snn.nodes.map((node) => (node.op === 'neuron' ? { ...node, ...edit } : node));
    return { ann, snn: { ...snn, nodes }, options };
  };

/** Converts with λ of some layers changed. */
const withLambdas =
  (factor: number, options: DiagnoseOptions, ...names: string[]): Plant =>
  async (ann, data) => {
    const { lambda } = (await sound(ann, data)).meta;
    const folded = await foldBatchNorm().convert(ann, data);
    const changed: Lambdas = Object.fromEntries(
      Object.entries(lambda!).map(([name, values]) => [
        name,
        names.includes(name) ? values.map((value) => value * factor) : values,
      ]),
    );
    return { ann, snn: toSpiking(folded, changed, { ...integrateAndFire, initial: 0.5 }), options, node: names[0] };
  };

/** Converts an ANN that differs from the one that is diagnosed. */
const from =
  (node: string, edit: (ann: Network) => Network): Plant =>
  async (ann, data) => ({ ann, snn: await sound(edit(ann), data), node });

const [height, width] = [4, 4];

/** Puts the rows of the last kernel into the order channel, height, width. */
function channelsFirst(kernel: Tensor): Tensor {
  const [rows, classes] = kernel.shape;
  const channels = rows / (height * width);
  const data = new Float32Array(kernel.data.length);
  for (let row = 0; row < rows; row++) {
    const [position, channel] = [Math.floor(row / channels), row % channels];
    data.set(kernel.data.subarray(row * classes, (row + 1) * classes), (channel * height * width + position) * classes);
  }
  return { ...kernel, data };
}

/** Reverses the input channels of a kernel [3, 3, 3, outputs]. */
function reverseInputs(kernel: Tensor): Tensor {
  const outputs = kernel.shape[3];
  const data = kernel.data.map((_, place, all) => {
    const channel = Math.floor(place / outputs) % 3;
    return all[place + (2 - 2 * channel) * outputs];
  });
  return { ...kernel, data };
}

/** Reverses the output channels of a kernel or bias. */
const reverseOutputs = (tensor: Tensor): Tensor => {
  const outputs = tensor.shape.at(-1)!;
  return { ...tensor, data: tensor.data.map((_, place, all) => all[place + outputs - 1 - 2 * (place % outputs)]) };
};

const few = { steps: 16 };

/** Faults that can be planted in a chain, a residual and a depthwise network, and the cause that must be named. */
export const faults: readonly (readonly [CauseKind, Plant])[] = [
  ['unreplaced activation', from('relu2', (ann) => rewriteNodes(ann, (node) => (node.name === 'relu2' ? [] : [node])))],
  [
    'max pooling',
    async (ann, data) => ({
      ann: change(ann, 'pool', 'avgPool2d', (node) => ({ ...node, op: 'maxPool2d' })),
      snn: await sound(ann, data),
      node: 'pool',
    }),
  ],
  ['input scale', inSnn('relu1', 'conv1', 'conv2d', (node) => ({ ...node, kernel: times(node.kernel, 255) }))],
  [
    'input channel order',
    inSnn('relu1', 'conv1', 'conv2d', (node) => ({ ...node, kernel: reverseInputs(node.kernel) })),
  ],
  ['flatten order', inSnn('scores', 'scores', 'dense', (node) => ({ ...node, kernel: channelsFirst(node.kernel) }))],
  [
    'channel order',
    inSnn('relu1', 'conv1', 'conv2d', (node) => ({
      ...node,
      kernel: reverseOutputs(node.kernel),
      bias: reverseOutputs(node.bias!),
    })),
  ],
  ['bias scale', inSnn('relu1', 'conv1', 'conv2d', (node) => ({ ...node, bias: times(node.bias!, 2.5) }))],
  ['missing bias', inSnn('relu1', 'conv1', 'conv2d', (node) => ({ ...node, bias: times(node.bias!, 0) }))],
  ['weight scale', inSnn('scores', 'scores', 'dense', (node) => ({ ...node, kernel: times(node.kernel, 0.4) }))],
  [
    'batch-norm epsilon',
    from('relu1', (ann) => change(ann, 'bn1', 'batchNorm', (node) => ({ ...node, epsilon: 0.05 }))),
  ],
  [
    'missing batch normalisation',
    async (ann, data) => {
      const folded = await foldBatchNorm().convert(ann, data);
      const bare = rewriteNodes(ann, (node) => (node.op === 'batchNorm' ? [] : [node]));
      const { lambda } = (await sound(ann, data)).meta;
      const [good, bad] = [folded, bare].map((one) => toSpiking(one, lambda!, { ...integrateAndFire, initial: 0.5 }));
      return { ann, snn: { ...bad, meta: good.meta }, node: 'relu1' };
    },
  ],
  [
    'other weights',
    inSnn('relu1', 'conv1', 'conv2d', (node) => ({
      ...node,
      kernel: { ...node.kernel, data: node.kernel.data.toReversed() },
    })),
  ],
  ['threshold from an outlier', withLambdas(200, few, 'relu2')],
  ['too few calibration samples', withLambdas(0.03, { steps: 64 }, 'relu1')],
  ['leak', neurons({ leak: 0.5 }, { steps: 32 })],
  ['start at zero', neurons({ initial: { shape: [], data: Float32Array.of(0) } }, { steps: 4, least: 0.99 })],
  ['too few steps', async (ann, data) => ({ ann, snn: await sound(ann, data), options: { steps: 1 } })],
  [
    'dead layer',
    async (given, data) => {
      const ann = change(given, 'bn1', 'batchNorm', (node) => ({
        ...node,
        beta: times(node.beta, 0),
        gamma: times(node.gamma, 0),
        mean: node.mean,
      }));
      return { ann, snn: await sound(ann, data), node: 'relu1' };
    },
  ],
];

/** Neurons that answer 0 to all scores below 0. */
const countScores: Plant = async (given, data) => {
  const ann = change(given, 'scores', 'dense', (node) => ({
    ...node,
    bias: { ...node.bias!, data: node.bias!.data.map((value) => value - 100) },
  }));
  const snn = await sound(ann, data);
  const one = (value: number): Tensor => ({ shape: [], data: Float32Array.of(value) });
  const counter: Neuron = {
    ...{ op: 'neuron', name: 'scores/count', inputs: ['scores'], threshold: one(1), initial: one(0.5) },
    ...{ reset: 'subtract', fires: '>=', leak: 1, levels: [0, 1] },
  };
  return { ann, snn: { ...snn, nodes: [...snn.nodes, counter] } };
};

/** Faults of the read-out and of later layers, and two at once, of which the first is named. */
export const laterFaults: readonly (readonly [CauseKind, Plant])[] = [
  ['spiking read-out', countScores],
  ['bias scale', inSnn('relu2', 'conv2', 'conv2d', (node) => ({ ...node, bias: times(node.bias!, 2.5) }))],
  ['missing bias', inSnn('relu2', 'conv2', 'conv2d', (node) => ({ ...node, bias: times(node.bias!, 0) }))],
  ['missing bias', inSnn('scores', 'scores', 'dense', (node) => ({ ...node, bias: times(node.bias!, 0) }))],
  [
    'bias scale',
    async (ann, data) => {
      const snn = change(await sound(ann, data), 'conv1', 'conv2d', (node) => ({
        ...node,
        bias: times(node.bias!, 3),
      }));
      const two = change(snn, 'scores', 'dense', (node) => ({ ...node, kernel: channelsFirst(node.kernel) }));
      return { ann, snn: two, node: 'relu1' };
    },
  ],
];

/** Loses answers only where rates are high: in the chain of the three. */
export const resetToZero: Plant = neurons({ reset: 'zero' }, { steps: 8 });
