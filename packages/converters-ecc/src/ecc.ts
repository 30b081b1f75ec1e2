import {
  type Calibration,
  type Converter,
  definePlugin,
  type Network,
  type PluginFactory,
  withNotes,
} from '@spikewright/snn-core';
import {
  foldBatchNorm,
  integrateAndFire,
  requireConvertible,
  toSpiking,
  withSelfCheck,
} from '@spikewright/snn-core/convert';
import * as v from 'valibot';
import { amplify } from './amplify.js';
import { countingReadout } from './counting-readout.js';
import { measureLambdas } from './measure-lambdas.js';
import { withoutUnitScales } from './shared-units.js';
import { spikingPooling } from './spiking-pooling.js';
import { truncateWeights } from './truncate-weights.js';

/** Options of {@link ecc}. */
export interface EccOptions {
  /**
   * λ is this percentile of the values above 0, from 0 to 100. 100 is the maximum, as in the authors' tool.
   *
   * @defaultValue 100
   */
  readonly percentile?: number;
  /**
   * One λ for each layer, as in the authors' tool, or one for each channel. By channel, quiet channels spike as often as loud
   * ones, which takes far fewer steps and more spikes in each.
   *
   * @defaultValue 'layer'
   */
  readonly scope?: 'layer' | 'channel';
  /**
   * τ of the thresholding for residual elimination: v(0) in units of θ, from 0 up to but not including 1. 1/2 rounds counts to
   * the nearest number; 0 rounds them down.
   *
   * @defaultValue 0.5
   */
  readonly initial?: number;
  /**
   * κ, above 0: weights, biases and θ of a layer are multiplied by it. It cancels; give it where weights are to be whole
   * numbers later. The authors' tool has 100.
   *
   * @defaultValue 1
   */
  readonly amplification?: number;
  /**
   * Bits of a weight, its sign included, from 2 to 16; 0 leaves weights as they are. Weights of a layer are cut, not
   * rounded, to multiples of `max |W| / 2^(bits - 1)`.
   *
   * @defaultValue 0
   */
  readonly bits?: number;
  /**
   * Whether average pooling of spikes has neurons of its own, as in the authors' tool, or is part of the connection that
   * follows it.
   *
   * @defaultValue 'spiking'
   */
  readonly pooling?: 'spiking' | 'linear';
  /**
   * What scores are: the current of the last layer, or the spikes of neurons on it, as in the authors' tool. These answer 0
   * to all that is negative, and tie at few steps.
   *
   * @defaultValue 'current'
   */
  readonly readout?: 'current' | 'count';
}

const options = v.strictObject({
  percentile: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), 100),
  scope: v.optional(v.picklist(['layer', 'channel']), 'layer'),
  initial: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.5),
  amplification: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0)), 1),
  bits: v.optional(
    v.pipe(
      v.number(),
      v.check((bits) => bits === 0 || (Number.isInteger(bits) && bits >= 2 && bits <= 16), 'it must be 0 or 2 to 16'),
    ),
    0,
  ),
  pooling: v.optional(v.picklist(['spiking', 'linear']), 'spiking'),
  readout: v.optional(v.picklist(['current', 'count']), 'current'),
});

type Complete = v.InferOutput<typeof options>;

/**
 * Explicit current control (Wu et al., Front. Neurosci. 2022, as released in SpKeras): λ is the largest value of every
 * activation and every average pooling over all calibration data, `W ← κ W λ(l-1) / λ(l)`, `b ← κ b / λ(l)`, θ = κ, and
 * v(0) = θ/2. Batch normalisation is folded with its own epsilon. Layers that meet in additions share one λ, the largest
 * sum, so that spikes are added without weights.
 *
 * The `count` executor of the reference engine computes such a network as the authors' tool does, the `step` executor as
 * hardware does; `unevenness` tells the difference.
 *
 * @throws OptionsError for a wrong option; from `convert`: TypeError for a node without a spiking form, RangeError for
 * calibration without samples
 */
export const ecc: PluginFactory<Converter, EccOptions> = definePlugin({
  role: 'converter',
  name: 'ecc',
  options,
  create: (complete: Complete) => ({
    convert: async (network, calibration) => convert(network, calibration, complete),
  }),
});

async function convert(network: Network, calibration: Calibration, complete: Complete): Promise<Network> {
  const { percentile, scope, initial, amplification, bits, pooling, readout } = complete;
  let ann = await foldBatchNorm().convert(network, calibration);
  requireConvertible(ann);
  if (pooling === 'spiking') ann = spikingPooling(ann);
  if (readout === 'count') ann = countingReadout(ann);
  const { lambdas, notes } = await measureLambdas(ann, calibration, { percentile, scope });
  if (bits > 0) ann = truncateWeights(ann, bits);
  const spiking = withoutUnitScales(toSpiking(ann, lambdas, { ...integrateAndFire, initial }));
  return withSelfCheck(network, withNotes(amplify(spiking, amplification), ...notes), calibration, 'ecc');
}
