import { checkNetwork, elements, type Node, type Shape, type Tensor } from '@spikewright/snn-core';
import type { Layer } from './layer.js';
import type { Activation } from './values.js';

/** The network that is being built. */
export interface Build {
  /** In evaluation order. */
  readonly nodes: Map<string, Node>;
  /** The layers that read each value of the file. */
  readonly readers: ReadonlyMap<string, readonly Layer[]>;
  /** The values that the file gives out. */
  readonly outputs: readonly string[];
  /** Version of the operator set. */
  readonly opset: number;
  /** How many more weights the nodes may hold: a file could name one large tensor a thousand times. */
  budget: number;
}

/** No layer of an image network comes near it. */
const LARGEST_OUTPUT = 2 ** 24;

/** Where an activation differs from the image or vector that its node computes. */
export type Reading = Pick<Activation, 'dims'> & Partial<Activation>;

type WithoutInputs<N> = N extends Node ? Omit<N, 'inputs'> : never;

/** A node that is still to be wired. */
export type Draft = WithoutInputs<Node>;

/** Adds a node and returns the value it computes. The node reads `inputs` and gets a free name near the one it asks for. */
export function emit(build: Build, inputs: readonly Activation[], node: Draft, reading?: Reading): Activation {
  const named: Node = { ...node, name: freeName(build, node.name), inputs: inputs.map((input) => input.node) };
  const shape = shapeOf(
    named,
    inputs.map((input) => input.shape),
  );
  put(build, named);
  const [first] = inputs;
  const axes = reading ? reading.axes : first.axes;
  const dims = reading?.dims ?? (axes ? dimsOf(first.dims, axes, shape) : [first.dims[0], ...shape]);
  const order = reading ? reading.order : first.order;
  return { node: named.name, shape, dims, axes, order, sole: true };
}

/** Adds a node, or changes one in its place. */
export function put(build: Build, node: Node): void {
  for (const value of Object.values(node)) if (isTensor(value)) build.budget -= value.data.length;
  if (build.budget < 0) throw new RangeError('its weights must not be many times those that the file holds');
  build.nodes.set(node.name, node);
}

/** A printable name that no other node has. */
export function freeName({ nodes }: Pick<Build, 'nodes'>, wish: string): string {
  const name =
    wish
      .replace(/\p{Cc}/gu, ' ')
      .replace(/^__+/, '')
      .slice(0, 150) || 'layer';
  if (!nodes.has(name)) return name;
  let count = 2;
  while (nodes.has(`${name}#${count}`)) count++;
  return `${name}#${count}`;
}

/** The sizes of an image in the file's order. */
export const dimsOf = ([batch]: readonly number[], axes: string, shape: Shape): number[] => {
  const [height, width, channels] = shape.length === 1 ? [1, 1, shape[0]] : shape;
  const size: Record<string, number> = { N: batch, H: height, W: width, C: channels };
  return Array.from(axes, (axis) => size[axis]);
};

/** The shape of a node's output; the network's own checks hold for it. */
function shapeOf(node: Node, inputs: readonly Shape[]): Shape {
  const shape =
    node.op === 'concat'
      ? joined(inputs)
      : inputs.length > 1
        ? same(inputs)
        : single({ ...node, inputs: ['x'] }, inputs[0]);
  if (elements(shape) > LARGEST_OUTPUT) {
    throw new RangeError(`its output must have at most ${LARGEST_OUTPUT} values: ${elements(shape)}`);
  }
  return shape;
}

function single(node: Node, shape: Shape): Shape {
  const name = node.name === 'x' ? 'y' : node.name;
  const nodes: Node[] = [
    { op: 'input', name: 'x', inputs: [], shape },
    { ...node, name },
  ];
  return checkNetwork({ format: 1, nodes, meta: {} }).get(name)!;
}

function same(inputs: readonly Shape[]): Shape {
  if (inputs.some((shape) => String(shape) !== String(inputs[0]))) {
    throw new TypeError(`its inputs must share one shape: ${inputs.map((shape) => `[${shape}]`).join(', ')}`);
  }
  return inputs[0];
}

function joined(inputs: readonly Shape[]): Shape {
  same(inputs.map((shape) => shape.slice(0, -1)));
  return [...inputs[0].slice(0, -1), inputs.reduce((sum, shape) => sum + shape.at(-1)!, 0)];
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Float32Array;
