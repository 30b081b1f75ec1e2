import type { Network, Weighted } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';
import type { Levels } from './activation-levels.js';
import type { ChannelGroups, Layer } from './channel-groups.js';
import { eachWeight } from './weights.js';

/** What measures need to know. `factors` are those chosen so far, one a group: what the layer reads has them already. */
export interface Scene {
  readonly network: Network;
  readonly groups: ChannelGroups;
  readonly factors: Float64Array;
}

/** q of every group of a layer, by group. */
export type Measure = (layer: Layer, scene: Scene) => ReadonlyMap<number, number>;

/** The Lp norm of the weights of each neuron: `q = (Σ |w|^p)^(1/p)`; the bias is not in it. */
export const weightNorm =
  (p: number): Measure =>
  (layer, scene) =>
    sumWeights(layer, scene, (weight) => Math.abs(weight) ** p, 1 / p);

/**
 * The standard deviation of what a neuron receives in one step, if its inputs are independent spikes of the mean rates
 * of the calibration data: `q = sqrt(Σ w² λ² r (1 - r))`, with `λ r` the mean of an activation, and λ the largest in the
 * layer that is read. The input's values are rates themselves: λ = 1.
 */
export const spikeDeviation =
  (levels: ReadonlyMap<string, Levels>): Measure =>
  (layer, scene) => {
    const variances = new Map(layer.producers.map((node) => [node.name, inputVariances(node, levels, scene)]));
    return sumWeights(layer, scene, (weight, node, input) => weight ** 2 * variances.get(node.name)![input], 1 / 2);
  };

/** The largest activation of each channel on the calibration data. */
export const largestActivation =
  (levels: ReadonlyMap<string, Levels>): Measure =>
  ({ groups: wanted }, { network, groups }) => {
    const largest = new Map(wanted.map((group) => [group, 0]));
    for (const node of network.nodes) {
      if (!isActivation(node) && node !== network.nodes.at(-1)) continue;
      groups.of.get(node.name)!.forEach((group, c) => {
        const before = largest.get(group);
        if (before !== undefined) largest.set(group, Math.max(before, levels.get(node.name)!.max[c]));
      });
    }
    return largest;
  };

/** Adds up a term for each weight that leads to a group, and raises the sum to a power. */
function sumWeights(
  { producers, groups: wanted }: Layer,
  { groups, factors }: Scene,
  term: (weight: number, node: Weighted, input: number) => number,
  power: number,
): ReadonlyMap<number, number> {
  const sums = new Float64Array(groups.count);
  for (const node of producers) {
    const [reads, makes] = [groups.of.get(node.inputs[0])!, groups.of.get(node.name)!];
    eachWeight(node, reads.length, makes.length, (weight, input, output) => {
      sums[makes[output]] += term(weight / factors[reads[input]], node, input);
    });
  }
  return new Map(wanted.map((group) => [group, sums[group] ** power]));
}

/** λ² r (1 - r) = m (λ - m) of each value that a node reads, m its mean, in the units of the factors chosen so far. */
function inputVariances(node: Weighted, levels: ReadonlyMap<string, Levels>, { network, groups, factors }: Scene) {
  const [source] = node.inputs;
  const { mean, max } = levels.get(source)!;
  const reads = groups.of.get(source)!;
  const image = groups.of.get(network.nodes.find(({ op }) => op === 'input')!.name)!;
  const isImage = reads.every((group) => group < image.length);
  const lambda = isImage ? 1 : max.reduce((most, value, i) => Math.max(most, value * factors[reads[i]]), 0);
  return mean.map((value, i) => {
    const m = value * factors[reads[i]];
    return Math.max(0, m * (lambda - m));
  });
}
