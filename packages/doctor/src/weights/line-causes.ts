import type { BatchNorm, Network, Node } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';
import { type Cause, cause } from '../causes.js';
import { type Arrival, type Line, linesExplain } from './deviation.js';

/** A layer at which something else arrives, and what comes before it in the ANN. */
export interface LineFault extends Before {
  readonly arrival: Arrival;
  /** The line that each channel follows as nearly as it can. */
  readonly lines: readonly Line[];
  /** λ of each channel. */
  readonly lambda: (channel: number) => number;
}

/** Names the factor or the batch normalisation that explains what arrives; undefined where none does. */
export function lineCause(fault: LineFault): Cause | undefined {
  return batchNormCause(fault) ?? biasCause(fault) ?? scaleCause(fault);
}

/** Weights that are all a factor too large, biases as they should be or a factor too large as well. */
function scaleCause({ arrival, lines, lambda, biases, first }: LineFault): Cause | undefined {
  const slope = median(lines.map((line) => line.slope));
  const bias = (channel: number): number => biases.reduce((sum, of) => sum + of(channel), 0) / lambda(channel);
  // z = a (z₀ - b) + b, or z = a z₀
  const kept = lines.map((_, channel) => ({ slope, offset: (1 - slope) * bias(channel) }));
  const scaled = lines.map(() => ({ slope, offset: 0 }));
  if (!linesExplain(arrival, kept) && !linesExplain(arrival, scaled)) return undefined;
  const evidence = `what arrives is ${digits(slope)} times what it should be`;
  return cause(first ? 'input scale' : 'weight scale', evidence, arrival.node);
}

/** Biases of one node that are all a factor too large: z = z₀ + (k - 1) b / λ. */
function biasCause({ arrival, lines, lambda, biases }: LineFault): Cause | undefined {
  for (const bias of biases) {
    const values = lines.map((_, channel) => bias(channel) / lambda(channel));
    // One number that differs is no factor: any shift would be one.
    if (values.filter((value) => value !== 0).length < 2) continue;
    const largest = values.reduce(
      (most, value, channel) => (Math.abs(value) > Math.abs(values[most]) ? channel : most),
      0,
    );
    const excess = lines[largest].offset / values[largest];
    if (
      !linesExplain(
        arrival,
        values.map((value) => ({ slope: 1, offset: excess * value })),
      )
    )
      continue;
    return Math.abs(1 + excess) < 0.01
      ? cause('missing bias', 'what arrives lacks the bias', arrival.node)
      : cause('bias scale', `the bias is ${digits(1 + excess)} times what it should be`, arrival.node);
  }
  return undefined;
}

/** Batch normalisation with another epsilon, or none at all. */
function batchNormCause({ arrival, lines, lambda, batchNorm }: LineFault): Cause | undefined {
  if (!batchNorm) return undefined;
  const { name, gamma, beta, mean, variance, epsilon } = batchNorm;
  const without = lines.map((_, channel) => {
    // x = (y - β) σ / γ + μ
    const slope = Math.sqrt(variance.data[channel] + epsilon) / gamma.data[channel];
    return { slope, offset: (mean.data[channel] - beta.data[channel] * slope) / lambda(channel) };
  });
  if (linesExplain(arrival, without))
    return cause('missing batch normalisation', `'${name}' has no part in what arrives`, arrival.node);
  // slope = sqrt((σ² + ε) / (σ² + ε')): solved for ε', by the channel that shows it best.
  const shown = lines.reduce(
    (best, { slope }, channel) => (Math.abs(Math.log(slope)) > Math.abs(Math.log(lines[best].slope)) ? channel : best),
    0,
  );
  const other = (variance.data[shown] + epsilon) / lines[shown].slope ** 2 - variance.data[shown];
  const withOther = lines.map((_, channel) => {
    const slope = Math.sqrt((variance.data[channel] + epsilon) / (variance.data[channel] + other));
    return { slope, offset: ((1 - slope) * beta.data[channel]) / lambda(channel) };
  });
  if (other < -1e-9 || !linesExplain(arrival, withOther)) return undefined;
  const evidence = `'${name}' works with epsilon ${digits(Math.max(other, 0))} instead of ${digits(epsilon)}`;
  return cause('batch-norm epsilon', evidence, arrival.node);
}

/** What comes before an activation in the ANN. */
interface Before {
  /** The batch normalisation just before it. */
  readonly batchNorm: BatchNorm | undefined;
  /** For each node whose bias reaches it: that bias as it arrives, by channel. */
  readonly biases: readonly ((channel: number) => number)[];
  /** Whether the input of the network reaches it through no other activation. */
  readonly first: boolean;
}

/** Looks at what comes before an activation, named by the node that it reads. */
export function before(network: Network, name: string): Before {
  const byName = new Map(network.nodes.map((node) => [node.name, node]));
  const node = byName.get(name)!;
  const at = (one: string): Node => byName.get(one)!;
  return {
    batchNorm: node.op === 'batchNorm' ? node : undefined,
    biases: biasesAt(node, at),
    first: readsInput(node, at),
  };
}

function biasesAt(node: Node, at: (name: string) => Node): ((channel: number) => number)[] {
  switch (node.op) {
    case 'conv2d':
    case 'dense':
    case 'scale': {
      const { bias } = node;
      return bias ? [(channel) => bias.data[channel % bias.data.length]] : [];
    }
    case 'batchNorm': {
      const [own = () => 0] = biasesAt(at(node.inputs[0]), at);
      const { gamma, beta, mean, variance, epsilon } = node;
      return [
        (channel) =>
          (gamma.data[channel] / Math.sqrt(variance.data[channel] + epsilon)) * (own(channel) - mean.data[channel]) +
          beta.data[channel],
      ];
    }
    case 'avgPool2d':
    case 'globalAvgPool':
    case 'add':
      return node.inputs.flatMap((input) => biasesAt(at(input), at));
    default:
      return [];
  }
}

const readsInput = (node: Node, at: (name: string) => Node): boolean =>
  node.op === 'input' || (!isActivation(node) && node.inputs.every((input) => readsInput(at(input), at)));

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const digits = (value: number): string => String(Number(value.toPrecision(3)));
