import { checkNetwork, type Network, type Node, requireKnown, type Tensor } from '@spikewright/snn-core';
import { show } from '../show.js';
import { type Layers, layersInto } from './builder.js';
import { shapeOf } from './shape-of.js';
import type { Known, Signal, Step } from './steps.js';

/** How tensors are matched. */
export interface BuildOptions {
  /**
   * Beginnings of names that may stay unused, such as `'aux.'`.
   *
   * @defaultValue none
   */
  readonly ignore?: readonly string[];
}

/** What wrappers of PyTorch put before every name: DataParallel and torch.compile. */
const WRAPPERS = ['module.', '_orig_mod.'];

/**
 * Joins the tensors of a state dict with a graph written in a few lines, in the terms of PyTorch:
 *
 * ```ts
 * buildNetwork(tensors, ({ input, conv, relu, flatten, linear }) =>
 *   linear('fc', flatten(relu(conv('conv1', input([1, 28, 28]), { padding: 1 })))));
 * ```
 *
 * Weights are turned round from PyTorch's order of axes to the network's. Prefixes that `DataParallel` and
 * `torch.compile` put before all names are left out.
 *
 * @param graph - gets the layers and returns the signal of the last one
 * @throws ReferenceError listing every tensor that is missing and every one that no layer uses; TypeError or RangeError
 * for shapes that do not fit, naming the layer
 */
export function buildNetwork(
  tensors: Readonly<Record<string, Tensor>>,
  graph: (layers: Layers) => Signal,
  options: BuildOptions = {},
): Network {
  requireKnown('build network', options, ['ignore']);
  const steps: Step[] = [];
  const output = graph(layersInto(steps));
  const named = withoutWrappers(tensors);
  requireMatch(steps, named, options.ignore ?? []);
  const known = new Map<string, Known>();
  const nodes: Node[] = [];
  for (const step of steps) known.set(step.name, carryOut(step, known, named, nodes));
  const last = known.get(output?.node);
  if (last === undefined || last.node !== nodes.at(-1)?.name) {
    throw new TypeError(`Cannot build network: the graph must return its last signal: ${show(output?.node)}`);
  }
  const [height = 1, width = 1, channels = 1] = last.image ?? [];
  if (height * width > 1 && channels > 1) {
    const rule = 'the output must be no flattened image, whose order differs from PyTorch (end with linear)';
    throw new TypeError(`Cannot build network: ${rule}: [${last.image}]`);
  }
  const network: Network = { format: 1, nodes, meta: { source: { format: 'PyTorch state dict' } } };
  checkNetwork(network);
  return network;
}

function withoutWrappers(tensors: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
  const entries = Object.entries(tensors);
  const prefix = WRAPPERS.find((wrapper) => entries.length > 0 && entries.every(([name]) => name.startsWith(wrapper)));
  const bare: Record<string, Tensor> = Object.create(null);
  for (const [name, tensor] of entries) bare[prefix ? name.slice(prefix.length) : name] = tensor;
  return prefix ? withoutWrappers(bare) : bare;
}

function requireMatch(
  steps: readonly Step[],
  tensors: Readonly<Record<string, Tensor>>,
  ignore: readonly string[],
): void {
  const used = new Set(steps.flatMap(({ needs, takes }) => [...needs, ...takes]));
  const missing = [...new Set(steps.flatMap(({ needs }) => needs))].filter((name) => !(name in tensors));
  const unused = Object.keys(tensors).filter(
    (name) => !used.has(name) && !ignore.some((beginning) => name.startsWith(beginning)),
  );
  if (missing.length + unused.length === 0) return;
  const list = (what: string, names: readonly string[]): string =>
    names.length > 0 ? `; ${what}: ${names.map((name) => `'${show(name)}'`).join(', ')}` : '';
  throw new ReferenceError(
    `Cannot build network: tensors and layers must match${list('missing', missing)}${list('unused', unused)}`,
  );
}

function carryOut(
  step: Step,
  known: ReadonlyMap<string, Known>,
  tensors: Readonly<Record<string, Tensor>>,
  nodes: Node[],
): Known {
  const inputs = step.inputs.map((name) => known.get(name)!);
  const draft = step.make(inputs, tensors);
  const [first] = inputs;
  if (!draft) return first;
  const node: Node = { ...draft, name: step.name, inputs: inputs.map((input) => input.node) };
  nodes.push(node);
  const shape = shapeOf(
    node,
    inputs.map((input) => input.shape),
  );
  return { node: step.name, shape, image: flattenedImage(node, inputs) };
}

/** The image behind a vector: from where it is flattened up to the next weights. */
function flattenedImage({ name, op }: Node, inputs: readonly Known[]): Known['image'] {
  if (op === 'flatten') return inputs[0].shape;
  if (op === 'input' || op === 'dense') return undefined;
  const images = inputs.map(({ image }) => image);
  const differ = images.some((image) => String(image) !== String(images[0]));
  if (differ || (op === 'concat' && images[0])) {
    throw new TypeError(`Cannot build network: '${show(name)}' must join images before they are flattened`);
  }
  return images[0];
}
