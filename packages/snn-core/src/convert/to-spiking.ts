import { isWeighted } from '../engine/connections.js';
import { checkNetwork, type Shapes } from '../network/check.js';
import type { Network, Neuron, Node, Shape } from '../network/network.js';
import { isActivation } from './is-activation.js';
import { requireConvertible } from './require-convertible.js';
import { unitThresholds } from './unit-thresholds.js';
import { multiplyInput, tensorOf } from './weights.js';

/** The neurons that take the place of activations. */
export type NeuronOptions = Pick<Neuron, 'reset' | 'fires' | 'leak' | 'levels'> & {
  /** v(0) in units of θ. */
  readonly initial: number;
};

/** The plain integrate-and-fire neuron: reset by subtraction, fires at θ, no leak, one spike a step, starts at 0. */
export const integrateAndFire: NeuronOptions = { initial: 0, reset: 'subtract', fires: '>=', leak: 1, levels: [0, 1] };

/** λ of each activation node: one value, or one a channel. */
export type Lambdas = Readonly<Record<string, readonly number[]>>;

/**
 * Turns an ANN into the spiking network whose rates are its activations divided by λ (Rueckauer et al. 2017):
 * `W ← W λ(l-1) / λ(l)`, `b ← b / λ(l)`, θ = 1. Neurons keep the names of their activations; the scores of T steps,
 * divided by T, are the ANN's outputs.
 *
 * Where branches of different λ meet in an `add`, spikes that come without weights get a `scale` of their own. Where
 * one convolution feeds neurons of different λ, its weights stay and θ = λ. A final softmax is dropped.
 *
 * @throws TypeError naming a node without a spiking form (max pooling, batch normalisation), ReferenceError for an
 * activation without λ
 */
export function toSpiking(network: Network, lambdas: Lambdas, neuron: NeuronOptions): Network {
  const shapes = checkNetwork(network);
  const stranger = Object.keys(lambdas).find(
    (name) => !network.nodes.some((node) => node.name === name && isActivation(node)),
  );
  if (stranger !== undefined) throw new ReferenceError(`Cannot convert: λ must belong to an activation: '${stranger}'`);
  requireConvertible(network);
  const build: Build = { nodes: [], units: new Map(), moved: new Map(), shapes };
  const last = network.nodes.at(-1)!;
  for (const node of network.nodes) {
    const moved = { ...node, inputs: node.inputs.map((input) => build.moved.get(input) ?? input) };
    if (isActivation(node)) replaceActivation(build, moved, lambdas, neuron);
    else if (node.op === 'softmax' && node === last) build.moved.set(node.name, moved.inputs[0]);
    else keep(build, moved);
  }
  readInAnnUnits(build);
  const meta = { ...network.meta, lambda: { ...network.meta.lambda, ...used(lambdas, network) } };
  const spiking = unitThresholds({ ...network, nodes: build.nodes, meta });
  checkNetwork(spiking);
  return spiking;
}

interface Build {
  readonly nodes: Node[];
  /** The ANN's value of one unit of a node's output: one number a channel. */
  readonly units: Map<string, Float64Array>;
  /** Names that readers shall read instead. */
  readonly moved: Map<string, string>;
  readonly shapes: Shapes;
}

function replaceActivation(build: Build, node: Node, lambdas: Lambdas, neuron: NeuronOptions): void {
  const lambda = lambdas[node.name];
  const channels = build.shapes.get(node.name)!.at(-1)!;
  if (lambda === undefined)
    throw new ReferenceError(`Cannot convert node '${node.name}': every activation needs its λ: none given`);
  if (lambda.length !== 1 && lambda.length !== channels) {
    throw new TypeError(`Cannot convert node '${node.name}': λ must have 1 or ${channels} values: ${lambda.length}`);
  }
  if ('lambda' in node && lambda.some((value) => value > node.lambda)) {
    throw new RangeError(
      `Cannot convert node '${node.name}': λ must not exceed its bound ${node.lambda}: ${Math.max(...lambda)}`,
    );
  }
  const unit = build.units.get(node.inputs[0])!;
  const threshold =
    uniform(unit) && lambda.length === 1
      ? [lambda[0] / unit[0]]
      : Array.from(unit, (u, c) => lambda[c % lambda.length] / u);
  const { initial, reset, fires, leak, levels } = neuron;
  const { name, inputs } = node;
  build.nodes.push({
    op: 'neuron',
    name,
    inputs,
    threshold: tensorOf(threshold),
    initial: tensorOf([initial]),
    reset,
    fires,
    leak,
    levels,
  });
  build.units.set(
    name,
    Float64Array.from({ length: channels }, (_, c) => lambda[c % lambda.length]),
  );
}

function keep(build: Build, node: Node): void {
  const units = node.inputs.map((input) => build.units.get(input)!);
  if (isWeighted(node)) {
    build.nodes.push(multiplyInput(node, units[0]));
    build.units.set(node.name, ones(build.shapes.get(node.name)!));
    return;
  }
  const kept = node.op === 'add' ? alignBranches(build, node, units) : node;
  build.nodes.push(kept);
  build.units.set(
    node.name,
    kept === node ? unitThrough(node, units, build.shapes) : ones(build.shapes.get(node.name)!),
  );
}

/** The unit of the output of a node without weights. */
function unitThrough(node: Node, units: readonly Float64Array[], shapes: Shapes): Float64Array {
  switch (node.op) {
    case 'input':
      return ones(node.shape);
    case 'avgPool2d':
    case 'globalAvgPool':
    case 'add':
      return units[0];
    case 'concat':
      return Float64Array.from(units.flatMap((unit) => [...unit]));
    case 'flatten':
      return Float64Array.from({ length: shapes.get(node.name)![0] }, (_, i) => units[0][i % units[0].length]);
    default:
      throw new TypeError(`Cannot convert node '${node.name}': it has no spiking form: ${node.op}`);
  }
}

/** Gives branches that meet in an `add` one unit: what comes without weights is scaled into the ANN's. */
function alignBranches(build: Build, node: Node, units: readonly Float64Array[]): Node {
  if (units.every((unit) => unit.every((value, c) => value === units[0][c]))) return node;
  const inputs = node.inputs.map((input, branch) => {
    if (units[branch].every((value) => value === 1)) return input;
    const name = `${input}/${node.name}`;
    if (build.shapes.has(name)) {
      throw new TypeError(`Cannot convert node '${name}': the name is needed for a scale node: rename it`);
    }
    // An input that is added twice needs only one.
    if (!build.units.has(name)) {
      build.nodes.push({ op: 'scale', name, inputs: [input], factor: tensorOf(units[branch]) });
      build.units.set(
        name,
        units[branch].map(() => 1),
      );
    }
    return name;
  });
  return { ...node, inputs };
}

/** Ends the network in the ANN's units where it ends in neurons or pooling. */
function readInAnnUnits({ nodes, units }: Build): void {
  const { name } = nodes.at(-1)!;
  const unit = units.get(name)!;
  if (unit.every((value) => value === 1)) return;
  nodes.push({ op: 'scale', name: `${name}/scores`, inputs: [name], factor: tensorOf(unit) });
}

/** The λ that the network used, for its meta. */
function used(lambdas: Lambdas, { nodes }: Network): Lambdas {
  return Object.fromEntries(nodes.filter(isActivation).map(({ name }) => [name, [...lambdas[name]]]));
}

const ones = (shape: Shape): Float64Array => new Float64Array(shape.at(-1)!).fill(1);

const uniform = (unit: ArrayLike<number>): boolean => Array.prototype.every.call(unit, (value) => value === unit[0]);
