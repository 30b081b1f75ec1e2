import {
  checkNetwork,
  elements,
  type Network,
  type Neuron,
  type Node,
  type Padding,
  randomStream,
  type Shape,
  type Tensor,
  upTo,
} from '@spikewright/snn-core';

/** The most steps that neurons with gains may take. */
export const MOST_STEPS = 20;

/** What a random network may have. */
export interface Wishes {
  /** Neurons of all kinds, or only those that kernels take from spikes to spikes. */
  readonly neurons: 'all' | 'plain';
}

/** Draws a spiking network of a few layers: convolutions of all kinds, pools, shortcuts, joins, and a read-out. */
export function randomNetwork(seed: number, { neurons }: Wishes): Network {
  const draw = drawing(seed);
  const nodes: Node[] = [
    { op: 'input', name: 'input', inputs: [], shape: [draw.among(5, 6, 8), draw.among(4, 6, 7), 2] },
  ];
  const grow = growing(nodes, draw, neurons);
  let from = grow.spikes(grow.conv('input', draw.among(3, 16, 20)));
  const blocks = [grow.chain, grow.pool, grow.identity, grow.projection, grow.join, grow.groups];
  for (let layers = 1 + draw.below(3); layers > 0; layers--) from = blocks[draw.below(blocks.length)](from);
  grow.readOut(from);
  return { format: 1, nodes, meta: { name: `random ${seed}` } };
}

interface Draw {
  below(count: number): number;
  among<T>(...values: readonly T[]): T;
  tensor(shape: Shape, reach: number): Tensor;
}

function drawing(seed: number): Draw {
  const random = randomStream(seed);
  const below = (count: number): number => Math.floor(count * random());
  return {
    below,
    among: (...values) => values[below(values.length)],
    tensor: (shape, reach) => ({
      shape,
      data: Float32Array.from({ length: elements(shape) }, () => reach * (2 * random() - 1)),
    }),
  };
}

function growing(nodes: Node[], draw: Draw, neurons: Wishes['neurons']) {
  const shapeOf = (name: string): Shape => checkNetwork(upTo({ format: 1, nodes, meta: {} }, name)).get(name)!;
  const add = (node: Omit<Node, 'name'>): string => {
    const name = `${node.op}${nodes.length}`;
    nodes.push({ ...node, name } as Node);
    return name;
  };
  const weights = (shape: Shape) => ({
    kernel: draw.tensor(shape, 2.5 / Math.sqrt(elements(shape.slice(0, -1)))),
    ...(draw.below(4) > 0 && { bias: draw.tensor(shape.slice(-1), 0.2) }),
  });
  const conv = (from: string, outputs: number, changes: Partial<Extract<Node, { op: 'conv2d' }>> = {}): string => {
    const { groups = 1 } = changes;
    const size = draw.among([1, 1], [3, 3], [3, 2]);
    const kernel = weights([size[0], size[1], shapeOf(from)[2] / groups, outputs]);
    const dilation = draw.among([1, 1] as const, [1, 1] as const, [2, 1] as const, [1, 2] as const);
    const rest = { strides: [1, 1], padding: 'same', dilation, groups } as const;
    return add({ op: 'conv2d', inputs: [from], ...kernel, ...rest, ...changes } as Omit<Node, 'name'>);
  };
  const spikes = (from: string): string => add({ inputs: [from], ...neuronFor(shapeOf(from), draw, neurons) });
  const chain = (from: string): string => {
    const strides = draw.among([1, 1] as const, [2, 1] as const, [2, 3] as const);
    const [height, width] = shapeOf(from);
    const fits = height > 4 && width > 4;
    const padding: Padding = fits ? draw.among<Padding>('same', [1, 2, 2, 0], [0, 1, 1, 1]) : 'same';
    return spikes(conv(from, draw.among(5, 16, 40, 70, 112), { strides, padding }));
  };
  const pool = (from: string): string => {
    const window = draw.among(
      { size: [2, 2], strides: [2, 2], padding: 'valid' },
      { size: [2, 2], strides: [1, 1], padding: 'same' },
      { size: [3, 2], strides: [1, 1], padding: 'valid' },
    );
    const [height, width] = shapeOf(from);
    if (height < 3 || width < 2) return chain(from);
    return chain(add({ op: 'avgPool2d', inputs: [from], ...window } as Omit<Node, 'name'>));
  };
  const identity = (from: string): string => {
    const branch = spikes(conv(from, 16));
    return spikes(add({ op: 'add', inputs: [conv(branch, shapeOf(from)[2]), from] }));
  };
  const projection = (from: string): string => {
    const outputs = draw.among(16, 33);
    return spikes(add({ op: 'add', inputs: [conv(from, outputs), conv(from, outputs), conv(from, outputs)] }));
  };
  const join = (from: string): string => {
    const both = [spikes(conv(from, draw.among(2, 17))), spikes(conv(from, 5)), from];
    return chain(add({ op: 'concat', inputs: both }));
  };
  const groups = (from: string): string => {
    const channels = shapeOf(from)[2];
    return spikes(conv(from, channels * draw.among(1, 2), { groups: channels }));
  };
  const readOut = (from: string): void => {
    const image = draw.among('flatten', 'flatten', 'globalAvgPool') as 'flatten';
    const vector = add({ op: image, inputs: [from] });
    const features = shapeOf(vector)[0];
    add({ op: 'dense', inputs: [vector], ...weights([features, 4]) });
  };
  return { conv, spikes, chain, pool, identity, projection, join, groups, readOut };
}

function neuronFor(shape: Shape, draw: Draw, neurons: Wishes['neurons']): Omit<Neuron, 'name' | 'inputs'> {
  const positive = ({ shape: size, data }: Tensor): Tensor => ({
    shape: size,
    data: data.map((x) => 0.4 + Math.abs(x)),
  });
  const sizes: Shape[] = [[], [], [shape.at(-1)!]];
  const plain = {
    op: 'neuron',
    threshold: positive(draw.tensor(draw.among(...sizes, [elements(shape)]), 0.5)),
    initial: draw.among(of(0.5), of(0), of(0.25), draw.tensor(draw.among(...sizes), 0.9)),
    reset: draw.among('subtract', 'subtract', 'zero'),
    fires: draw.among('>=', '>'),
    leak: 1,
    levels: [0, 1],
  } as const;
  const delay = draw.among(0, 0, 1);
  if (neurons === 'plain') return { ...plain, delay };
  const levels = draw.among([0, 1] as const, [0, 1] as const, [-1, 1] as const, [0, 3] as const);
  const gains = draw.below(3) === 0 && { gains: draw.tensor([MOST_STEPS], 1.5) };
  return { ...plain, delay, leak: draw.among(1, 1, 0.5, 0.9), levels, ...gains };
}

const of = (value: number): Tensor => ({ shape: [], data: Float32Array.of(value) });
