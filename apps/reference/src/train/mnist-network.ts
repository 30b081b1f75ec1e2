import type { Network, Node, Tensor } from '@spikewright/snn-core';

/**
 * The MNIST network of the reference run, without weights: three blocks of 3x3 convolution, batch normalisation and
 * ReLU with 16, 32 and 64 channels, 2x2 average pooling after the first two, and a dense layer to ten scores. 54,778
 * trained parameters and 1.70 million multiply-additions an image, padding left out.
 */
export function mnistNetwork(): Network {
  const image = { name: 'input', op: 'input', inputs: [], shape: [28, 28, 1] } as const;
  return {
    format: 1,
    nodes: [
      image,
      ...block(1, 'input', 1, 16),
      pool(1),
      ...block(2, 'pool1', 16, 32),
      pool(2),
      ...block(3, 'pool2', 32, 64),
      { name: 'flatten', op: 'flatten', inputs: ['relu3'] },
      { name: 'dense', op: 'dense', inputs: ['flatten'], kernel: zeros(7 * 7 * 64, 10), bias: zeros(10) },
    ],
    meta: {},
  };
}

function block(place: number, input: string, from: number, to: number): Node[] {
  const [conv, norm] = [`conv${place}`, `bn${place}`];
  return [
    {
      name: conv,
      op: 'conv2d',
      inputs: [input],
      kernel: zeros(3, 3, from, to),
      strides: [1, 1],
      padding: 'same',
      dilation: [1, 1],
      groups: 1,
    },
    {
      name: norm,
      op: 'batchNorm',
      inputs: [conv],
      gamma: zeros(to),
      beta: zeros(to),
      mean: zeros(to),
      variance: zeros(to),
      epsilon: 1e-3,
    },
    { name: `relu${place}`, op: 'relu', inputs: [norm] },
  ];
}

const pool = (place: number): Node => ({
  name: `pool${place}`,
  op: 'avgPool2d',
  inputs: [`relu${place}`],
  size: [2, 2],
  strides: [2, 2],
  padding: 'valid',
});

const zeros = (...shape: number[]): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
});
