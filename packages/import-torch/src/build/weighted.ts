import type { Shape, Tensor } from '@spikewright/snn-core';
import { show } from '../show.js';
import type { Known, Step } from './steps.js';

/** One number for both directions, or one for each. */
export type Pair = number | readonly [vertical: number, horizontal: number];

/** Options of a convolution, with PyTorch's defaults; groups follow from the weights. */
export interface ConvOptions {
  /** @defaultValue 1 */
  readonly stride?: Pair;
  /** Zeros on each side. @defaultValue 0 */
  readonly padding?: Pair;
  /** @defaultValue 1 */
  readonly dilation?: Pair;
}

/** Two numbers of an option. */
export const pairOf = (value: Pair): [number, number] =>
  typeof value === 'number' ? [value, value] : [value[0], value[1]];

/** The same zeros on both sides of each axis. */
export const sidesOf = (padding: Pair): [number, number, number, number] => {
  const [vertical, horizontal] = pairOf(padding);
  return [vertical, vertical, horizontal, horizontal];
};

/** What a kind of step makes, and from which tensors. */
export type Recipe = Pick<Step, 'needs' | 'takes' | 'make'>;

/** `nn.Conv2d`: `[outputs, inputs / groups, height, width]` turned round to `[height, width, inputs / groups, outputs]`. */
export function conv(name: string, { stride = 1, padding = 0, dilation = 1 }: ConvOptions): Recipe {
  return {
    needs: [`${name}.weight`],
    takes: [`${name}.bias`],
    make: ([{ shape }], tensors) => {
      const weight = axes(tensors, `${name}.weight`, 4);
      const [outputs, inputs, height, width] = weight.shape;
      return {
        op: 'conv2d',
        kernel: { shape: [height, width, inputs, outputs], data: turned(weight.data, outputs, inputs, height * width) },
        ...biasOf(tensors, name),
        strides: pairOf(stride),
        padding: sidesOf(padding),
        dilation: pairOf(dilation),
        groups: Math.max(1, Math.floor((shape[2] ?? 1) / inputs)),
      };
    },
  };
}

function turned(data: Float32Array, outputs: number, inputs: number, area: number): Float32Array {
  const result = new Float32Array(data.length);
  let at = 0;
  for (let tap = 0; tap < area; tap++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) result[at++] = data[(output * inputs + input) * area + tap];
    }
  }
  return result;
}

/** `nn.Linear`: `[outputs, inputs]` transposed; rows follow the order in which a flattened image lies here. */
export function linear(name: string): Recipe {
  return {
    needs: [`${name}.weight`],
    takes: [`${name}.bias`],
    make: ([{ image }], tensors) => {
      const weight = axes(tensors, `${name}.weight`, 2);
      const [outputs, inputs] = weight.shape;
      const data = new Float32Array(weight.data.length);
      for (let i = 0; i < inputs; i++) {
        const row = placeOf(i, image);
        for (let k = 0; k < outputs; k++) data[row * outputs + k] = weight.data[k * inputs + i];
      }
      return { op: 'dense', kernel: { shape: [inputs, outputs], data }, ...biasOf(tensors, name) };
    },
  };
}

/** `nn.BatchNorm1d` and `nn.BatchNorm2d` with stored statistics. */
export function batchNorm(name: string, { epsilon = 1e-5 }: BatchNormOptions): Recipe {
  return {
    needs: [`${name}.running_mean`, `${name}.running_var`],
    takes: [`${name}.weight`, `${name}.bias`, `${name}.num_batches_tracked`],
    make: ([input], tensors) => {
      const values = (part: string, otherwise: number): Tensor => {
        const mean = axes(tensors, `${name}.running_mean`, 1);
        const given = tensors[`${name}.${part}`];
        if (!given) return { shape: mean.shape, data: new Float32Array(mean.data.length).fill(otherwise) };
        return inOrder(axes(tensors, `${name}.${part}`, 1), input);
      };
      return {
        op: 'batchNorm',
        gamma: values('weight', 1),
        beta: values('bias', 0),
        mean: values('running_mean', 0),
        variance: values('running_var', 1),
        epsilon,
      };
    },
  };
}

/** Options of a batch normalisation. */
export interface BatchNormOptions {
  /** @defaultValue 1e-5 */
  readonly epsilon?: number;
}

/** Puts one number a channel of an image, or a feature of a vector, where the network keeps it. */
export function inOrder({ shape, data }: Tensor, { image }: Known): Tensor {
  const moved = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) moved[placeOf(i, image)] = data[i];
  return { shape, data: moved };
}

/** Where the network keeps an element that PyTorch counts channel by channel. */
function placeOf(element: number, image: Shape | undefined): number {
  if (!image) return element;
  const area = image[0] * image[1];
  return (element % area) * image[2] + Math.floor(element / area);
}

const biasOf = (tensors: Readonly<Record<string, Tensor>>, name: string): { bias?: Tensor } =>
  tensors[`${name}.bias`] ? { bias: axes(tensors, `${name}.bias`, 1) } : {};

function axes(tensors: Readonly<Record<string, Tensor>>, name: string, rank: number): Tensor {
  const tensor = tensors[name];
  if (tensor.shape.length !== rank) {
    throw new TypeError(`Cannot build network: tensor '${show(name)}' must have ${rank} axes: [${tensor.shape}]`);
  }
  return tensor;
}
