import type { Shapes } from '../network/check.js';
import { forEachTap, slidingWindow } from '../network/geometry.js';
import type { BatchNorm, Clip, MaxPool2d, Node, Qcfs, Shape } from '../network/network.js';
import type { Forward } from './linear.js';

/** Makes the function that computes a node which only an ANN has, or returns undefined for other nodes. */
export function annForward(node: Node, shapes: Shapes): Forward | undefined {
  switch (node.op) {
    case 'relu':
      return elementwise((x) => Math.max(0, x));
    case 'clip':
      return elementwise(clip(node));
    case 'qcfs':
      return elementwise(qcfs(node));
    case 'batchNorm':
      return batchNorm(node);
    case 'maxPool2d':
      return maxPool2d(node, shapes.get(node.inputs[0])!);
    case 'softmax':
      return softmax(shapes.get(node.name)!.at(-1)!);
    default:
      return undefined;
  }
}

const elementwise =
  (apply: (x: number) => number): Forward =>
  ([input], output) => {
    for (let i = 0; i < output.length; i++) output[i] = apply(input[i]);
  };

const clip =
  ({ lambda }: Clip) =>
  (x: number): number =>
    Math.min(Math.max(0, x), lambda);

/** h(z) = λ clip(floor(z L / λ + 1/2) / L, 0, 1). */
const qcfs =
  ({ lambda, levels }: Qcfs) =>
  (z: number): number =>
    lambda * Math.min(Math.max(Math.floor((z * levels) / lambda + 0.5) / levels, 0), 1);

function batchNorm({ gamma, beta, mean, variance, epsilon }: BatchNorm): Forward {
  const channels = gamma.data.length;
  return ([input], output) => {
    for (let i = 0; i < output.length; i++) {
      const c = i % channels;
      output[i] = (gamma.data[c] * (input[i] - mean.data[c])) / Math.sqrt(variance.data[c] + epsilon) + beta.data[c];
    }
  };
}

function maxPool2d(node: MaxPool2d, image: Shape): Forward {
  const window = slidingWindow(image, node.size, node.strides, node.padding);
  const channels = image[2];
  return ([input], output) => {
    output.fill(Number.NEGATIVE_INFINITY);
    forEachTap(window, (to, from) => {
      for (let channel = 0; channel < channels; channel++) {
        const place = to * channels + channel;
        output[place] = Math.max(output[place], input[from * channels + channel]);
      }
    });
  };
}

/** Normalises over the last axis. */
const softmax =
  (channels: number): Forward =>
  ([input], output) => {
    for (let at = 0; at < input.length; at += channels) {
      let most = Number.NEGATIVE_INFINITY;
      for (let c = 0; c < channels; c++) most = Math.max(most, input[at + c]);
      let sum = 0;
      for (let c = 0; c < channels; c++) {
        output[at + c] = Math.exp(input[at + c] - most);
        sum += output[at + c];
      }
      for (let c = 0; c < channels; c++) output[at + c] /= sum;
    }
  };
