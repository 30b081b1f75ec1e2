import {
  type Calibration,
  type Converter,
  checkNetwork,
  definePlugin,
  isWeighted,
  type Network,
  type PluginFactory,
  withNotes,
} from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import * as v from 'valibot';
import { activationLevels } from './activation-levels.js';
import { agreement } from './agreement.js';
import { channelFactors } from './channel-factors.js';
import { type ChannelGroups, channelGroups } from './channel-groups.js';
import { homogeneous, inScope } from './free-groups.js';
import { largestActivation, type Measure, spikeDeviation, weightNorm } from './measures.js';
import { rescale } from './weights.js';

/** Options of {@link l4}. */
export interface L4Options {
  /**
   * `equalise` (rule A) divides the weights of each hidden neuron by q, and multiplies those that read it: the ANN stays
   * the same function. `normalise` (rule B, the literal reading) divides and does not make up for it: another function.
   * `sigma` (rule C) is `equalise` with q the standard deviation of the input, measured on calibration data.
   *
   * @defaultValue 'equalise'
   */
  readonly rule?: 'equalise' | 'normalise' | 'sigma';
  /**
   * q of rules A and B: the L4 norm of a neuron's weights; for comparison, their L2 norm, or the largest activation of the
   * channel on the calibration data. Rule C does not read it.
   *
   * @defaultValue 'l4'
   */
  readonly norm?: 'l4' | 'l2' | 'max';
  /**
   * p of `s = (c / q)^p`, from 0 (nothing happens) to 1.
   *
   * @defaultValue 1
   */
  readonly strength?: number;
  /**
   * The most that s may be, from 1; the least is `1 / clamp`. null for no limits.
   *
   * @defaultValue 4
   */
  readonly clamp?: number | null;
  /**
   * Which layers rule B adjusts: all of them, or only the last, where it makes the noise of the scores equal. The other
   * rules leave the last one as it is, and do not read this.
   *
   * @defaultValue 'all'
   */
  readonly scope?: 'all' | 'output';
}

const options = v.strictObject({
  rule: v.optional(v.picklist(['equalise', 'normalise', 'sigma']), 'equalise'),
  norm: v.optional(v.picklist(['l4', 'l2', 'max']), 'l4'),
  strength: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 1),
  clamp: v.optional(v.nullable(v.pipe(v.number(), v.minValue(1), v.finite())), 4),
  scope: v.optional(v.picklist(['all', 'output']), 'all'),
});

type Complete = v.InferOutput<typeof options>;

/**
 * Adjusts the weights of an ANN by their L4 norm, before another converter makes it spike: `q = (Σ w⁴)^(1/4)` of each
 * neuron, `s = c / q` with c the geometric mean of the layer, `w ← s w`, `b ← s b`; weights that read the neuron `/ s`.
 *
 * Derived from the abstract of Allred and Roy (arXiv 2111.09446): the paper's rule is not public. Where layers have one λ
 * each (`norm({ scope: 'layer' })`) the factors matter; λ by channel, the default of `norm()`, takes them out again.
 *
 * @throws OptionsError for a wrong option; from `convert`: TypeError for a network that spikes already, RangeError where
 * calibration data is needed and has no samples
 */
export const l4: PluginFactory<Converter, L4Options> = definePlugin({
  role: 'converter',
  name: 'l4',
  options,
  create: (complete: Complete) => ({
    convert: async (network, calibration) => convert(network, calibration, complete),
  }),
});

async function convert(given: Network, calibration: Calibration, complete: Complete): Promise<Network> {
  const spiking = given.nodes.find(({ op }) => op === 'neuron');
  if (spiking) throw new TypeError(`Cannot adjust weights: the network must be an ANN: neuron '${spiking.name}'`);
  const network = await foldBatchNorm().convert(given, calibration);
  const shapes = checkNetwork(network);
  const groups = channelGroups(network, shapes);
  const measure = await measureOf(complete, () => activationLevels(network, shapes, calibration));
  const keeps = complete.rule !== 'normalise';
  const free = keeps ? homogeneous(network, groups) : inScope(network, groups, complete.scope);
  const factors = channelFactors(network, groups, { ...complete, measure, free, compensated: keeps });
  const none = new Float64Array(groups.count).fill(1);
  const adjusted = applied(network, groups, keeps ? factors : none, factors);
  if (keeps) return withNotes(adjusted, ...bounded(network));
  const { same, samples } = await agreement(network, adjusted, calibration);
  return withNotes(
    adjusted,
    `l4: rule 'normalise' changes what the ANN computes: it gives ${same} of ${samples} calibration samples the answer that it gave before`,
  );
}

/** q, and the activations only where it needs them. */
async function measureOf(
  { rule, norm }: Complete,
  levels: () => ReturnType<typeof activationLevels>,
): Promise<Measure> {
  if (rule === 'sigma') return spikeDeviation(await levels());
  if (norm === 'max') return largestActivation(await levels());
  return weightNorm(norm === 'l4' ? 4 : 2);
}

/** Multiplies the outputs of weighted nodes by `makes`, and divides what they read by `reads`. */
function applied(network: Network, groups: ChannelGroups, reads: Float64Array, makes: Float64Array): Network {
  const at = (factors: Float64Array, name: string): Float64Array =>
    Float64Array.from(groups.of.get(name)!, (group) => factors[group]);
  const nodes = network.nodes.map((node) =>
    isWeighted(node) ? rescale(node, at(reads, node.inputs[0]), at(makes, node.name)) : node,
  );
  return { ...network, nodes };
}

/** A note for each activation whose one λ holds for all its channels. */
const bounded = ({ nodes }: Network): string[] =>
  nodes
    .filter(({ op }) => op === 'clip' || op === 'qcfs')
    .map(
      ({ op, name }) => `l4: ${op} '${name}' has one λ for all its channels; the weights before it stay as they are`,
    );
