import { wasmEngine } from '@spikewright/engine-wasm';
import {
  type Batch,
  type Calibration,
  type Network,
  type Node,
  randomStream,
  type Tensor,
} from '@spikewright/snn-core';

const random = randomStream(7);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const tensor = (shape: number[], value: (place: number) => number): Tensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, place) => value(place)),
});

/** He's initialisation. */
const kernel = (...shape: number[]): Tensor => {
  const fanIn = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return tensor(shape, () => normal() * Math.sqrt(2 / fanIn));
};

const conv = (name: string, input: string, from: number, to: number, groups = 1): Node => ({
  op: 'conv2d',
  name,
  inputs: [input],
  kernel: kernel(3, 3, from / groups, to),
  bias: tensor([to], () => 0.1 * normal()),
  strides: [1, 1],
  padding: 'same',
  dilation: [1, 1],
  groups,
});

const batchNorm = (name: string, input: string, channels: number): Node => ({
  op: 'batchNorm',
  name,
  inputs: [input],
  gamma: tensor([channels], () => 0.8 + 0.4 * random()),
  beta: tensor([channels], () => 0.2 * normal()),
  mean: tensor([channels], () => 0.2 * normal()),
  variance: tensor([channels], () => 0.05 + random()),
  epsilon: 1e-3,
});

const relu = (name: string, input: string): Node => ({ op: 'relu', name, inputs: [input] });

const pool = (name: string, input: string): Node => ({
  op: 'avgPool2d',
  name,
  inputs: [input],
  size: [2, 2],
  strides: [2, 2],
  padding: 'valid',
});

const readOut = (input: string, features: number): Node[] => [
  { op: 'flatten', name: 'flatten', inputs: [input] },
  {
    op: 'dense',
    name: 'scores',
    inputs: ['flatten'],
    kernel: kernel(features, 10),
    bias: tensor([10], () => 0.1 * normal()),
  },
];

const image: Node = { op: 'input', name: 'image', inputs: [], shape: [8, 8, 3] };

const network = (...nodes: Node[]): Network => ({ format: 1, nodes: [image, ...nodes], meta: {} });

/** Three networks of random weights with batch normalisation, biases and pooling: a chain, a residual one, a depthwise one. */
export const networks: Readonly<Record<'chain' | 'residual' | 'depthwise', Network>> = {
  chain: network(
    conv('conv1', 'image', 3, 8),
    batchNorm('bn1', 'conv1', 8),
    relu('relu1', 'bn1'),
    pool('pool', 'relu1'),
    conv('conv2', 'pool', 8, 12),
    relu('relu2', 'conv2'),
    ...readOut('relu2', 4 * 4 * 12),
  ),
  residual: network(
    conv('conv1', 'image', 3, 8),
    batchNorm('bn1', 'conv1', 8),
    relu('relu1', 'bn1'),
    pool('pool', 'relu1'),
    conv('conv2', 'pool', 8, 8),
    { op: 'add', name: 'add', inputs: ['conv2', 'pool'] },
    relu('relu2', 'add'),
    ...readOut('relu2', 4 * 4 * 8),
  ),
  depthwise: network(
    conv('conv1', 'image', 3, 8),
    batchNorm('bn1', 'conv1', 8),
    relu('relu1', 'bn1'),
    pool('pool', 'relu1'),
    conv('conv2', 'pool', 8, 16, 8),
    relu('relu2', 'conv2'),
    conv('conv3', 'relu2', 16, 12),
    relu('relu3', 'conv3'),
    ...readOut('relu3', 4 * 4 * 12),
  ),
};

const [MADE, KEPT] = [400, 40];

/** Images of one bright colour each, with noise. */
const images = tensor([MADE, 8, 8, 3], (place) => {
  const sample = Math.floor(place / 192);
  const [row, channel] = [Math.floor((place % 192) / 24), place % 3];
  return Math.min(1, 0.25 * random() + (channel === sample % 3 ? 0.5 : 0.05) + 0.03 * ((row * (sample % 7)) % 8));
}).data;

const engine = wasmEngine();

/** Images among the half whose answers are clearest, so that what a network loses is lost by its fault. */
export async function clearImages(ann: Network): Promise<Calibration> {
  const indices = Uint32Array.from({ length: MADE }, (_, place) => place);
  const program = await engine.compile(ann);
  const outputs = await program.infer({ size: MADE, data: images, indices });
  program.dispose();
  const margins = Array.from(indices, (sample) => {
    const [first, second] = [...outputs.subarray(sample * 10, sample * 10 + 10)].sort((a, b) => b - a);
    return { sample, margin: first - second };
  });
  const kept = margins
    .sort((a, b) => b.margin - a.margin)
    .slice(0, MADE / 2)
    .sort((a, b) => a.sample - b.sample)
    .slice(0, KEPT);
  const batch: Batch = {
    size: KEPT,
    data: Float32Array.from(kept.flatMap(({ sample }) => [...images.subarray(sample * 192, sample * 192 + 192)])),
    indices: Uint32Array.from(kept, ({ sample }) => sample),
  };
  return {
    engine,
    batches: async function* () {
      yield batch;
    },
  };
}
