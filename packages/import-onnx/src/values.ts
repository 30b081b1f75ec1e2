import type { Shape } from '@spikewright/snn-core';

/** Numbers that the file fixes: an initializer, or what follows from some. */
export interface Constant {
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** What a node of the network computes, and how the file counts its elements. */
export interface Activation {
  readonly node: string;
  /** The node's own shape: `[height, width, channels]` or `[features]`. */
  readonly shape: Shape;
  /** Its sizes in the file, the batch first. */
  readonly dims: readonly number[];
  /** What each of the four sizes of an image stands for, such as `NCHW`. */
  readonly axes?: string | undefined;
  /** Where the node keeps each element of a vector, where that is not the same place. */
  readonly order?: Int32Array | undefined;
  /** Zeros around it that the layers which read it have to add: top, bottom, left, right. */
  readonly pad?: Sides;
  /** Whether only one layer reads the node, so that it may be changed for that layer. */
  readonly sole: boolean;
}

/** Top, bottom, left, right. */
export type Sides = readonly [number, number, number, number];

/** What an unsupported layer would have computed. */
export interface Unknown {
  readonly because: string;
}

export type Value = Constant | Activation | Unknown;

export const isConstant = (value: Value | undefined): value is Constant => value !== undefined && 'data' in value;
export const isActivation = (value: Value | undefined): value is Activation => value !== undefined && 'node' in value;
export const isUnknown = (value: Value | undefined): value is Unknown => value !== undefined && 'because' in value;

/** A channel-first image of the network; `[features]` where a global pool left one position. */
export function imageOf(value: Value | undefined): Activation {
  if (!isActivation(value)) throw new TypeError('its input must be computed from the input of the network');
  if (value.axes !== 'NCHW') {
    throw new TypeError(`its input must be an image [batch, channels, height, width]: [${value.dims}]`);
  }
  return value;
}

/** Where our flatten keeps each element of an image that the file flattens in the order of `axes`. */
export function flattenOrder([height, width, channels]: Shape, axes: string): Int32Array | undefined {
  const size: Record<string, number> = { H: height, W: width, C: channels };
  const step: Record<string, number> = { H: width * channels, W: channels, C: 1 };
  const [a, b, c] = axes.slice(1);
  const order = new Int32Array(height * width * channels);
  let at = 0;
  for (let i = 0; i < size[a]; i++) {
    for (let j = 0; j < size[b]; j++) {
      for (let k = 0; k < size[c]; k++) order[at++] = i * step[a] + j * step[b] + k * step[c];
    }
  }
  return order.every((place, index) => place === index) ? undefined : order;
}

/**
 * Reads a constant that the file spreads over an activation as one number, or one for each channel of ours.
 *
 * @throws TypeError if it differs along another axis
 */
export function perChannel({ dims, axes, order }: Activation, constant: Constant): Float64Array {
  const { data } = constant;
  if (data.length === 1) return Float64Array.from(data);
  const channel = axes ? axes.indexOf('C') : 1;
  const missing = dims.length - constant.dims.length;
  const fits = constant.dims.every((size, axis) => size === (axis + missing === channel ? dims[channel] : 1));
  if (!fits || missing > channel) {
    throw new TypeError(`its constant must be one number, or one for each channel of [${dims}]: [${constant.dims}]`);
  }
  return inOrder(data, order);
}

/** Puts one number for each element of a vector where the network keeps that element. */
export function inOrder(data: Float32Array | Float64Array, order: Int32Array | undefined): Float64Array {
  if (!order) return Float64Array.from(data);
  const moved = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) moved[order[i]] = data[i];
  return moved;
}

export const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);
