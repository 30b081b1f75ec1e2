import {
  type Calibration,
  type Converter,
  definePlugin,
  type Network,
  type PluginFactory,
  withNotes,
} from '@spikewright/snn-core';
import {
  activationStatistics,
  completeLambdas,
  foldBatchNorm,
  type Histogram,
  integrateAndFire,
  isActivation,
  requireConvertible,
  toSpiking,
  withSelfCheck,
} from '@spikewright/snn-core/convert';
import * as v from 'valibot';
import { correctBiases } from './correct-biases.js';
import { correctPotentials } from './correct-potentials.js';
import { mmseThresholds } from './mmse-thresholds.js';

/** Options of {@link calibration}. */
export interface CalibrationOptions {
  /**
   * T, the steps that the network is made for, from 1 to 65,536.
   *
   * @defaultValue 16
   */
  readonly steps?: number;
  /**
   * Where θ comes from: the least mean squared error of T steps (`mmse`), or a percentile of the activations above 0.
   *
   * @defaultValue 'mmse'
   */
  readonly thresholds?: 'mmse' | 'percentile';
  /**
   * The percentile, from 0 to 100; used by `percentile` only. 100 is the largest activation.
   *
   * @defaultValue 99.9
   */
  readonly percentile?: number;
  /**
   * One θ for each channel, or one for the whole layer.
   *
   * @defaultValue 'channel'
   */
  readonly scope?: 'layer' | 'channel';
  /**
   * Whether biases are corrected, channel by channel (the light form).
   *
   * @defaultValue true
   */
  readonly bias?: boolean;
  /**
   * Whether initial potentials are corrected, neuron by neuron (the advanced form).
   *
   * @defaultValue false
   */
  readonly potentials?: boolean;
  /**
   * v(0) in units of θ, before it is corrected; from 0 up to but not including 1.
   *
   * @defaultValue 0.5
   */
  readonly initial?: number;
}

const options = v.strictObject({
  steps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_536)), 16),
  thresholds: v.optional(v.picklist(['mmse', 'percentile']), 'mmse'),
  percentile: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), 99.9),
  scope: v.optional(v.picklist(['layer', 'channel']), 'channel'),
  bias: v.optional(v.boolean(), true),
  potentials: v.optional(v.boolean(), false),
  initial: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.5),
});

type Complete = v.InferOutput<typeof options>;

/**
 * SNN calibration (Li et al. 2021): thresholds by the least squared error of T steps, then biases (light) or initial
 * potentials (advanced) that make up for what the rates of each layer lack on calibration data.
 *
 * @throws OptionsError for a wrong option; from `convert`: TypeError for a node without a spiking form, RangeError for
 * calibration without samples
 */
export const calibration: PluginFactory<Converter, CalibrationOptions> = definePlugin({
  role: 'converter',
  name: 'calibration',
  options,
  create: (complete: Complete) => ({
    convert: async (network, data) => convert(network, data, complete),
  }),
});

async function convert(network: Network, data: Calibration, complete: Complete): Promise<Network> {
  const { bias, potentials, steps, initial } = complete;
  const ann = await foldBatchNorm().convert(network, data);
  requireConvertible(ann);
  const thresholds = await findThresholds(ann, data, complete);
  const { lambdas, notes } = completeLambdas(ann, thresholds, 'calibration');
  let spiking = toSpiking(ann, lambdas, { ...integrateAndFire, initial });
  if (bias) spiking = await correctBiases(spiking, ann, data, steps);
  if (potentials) spiking = await correctPotentials(spiking, ann, data, steps);
  return withSelfCheck(network, withNotes(spiking, ...notes), data, 'calibration', steps);
}

async function findThresholds(
  ann: Network,
  data: Calibration,
  { thresholds, percentile, scope, steps }: Complete,
): Promise<ReadonlyMap<string, Iterable<number>>> {
  if (thresholds === 'mmse') return mmseThresholds(ann, data, scope, steps);
  const activations = ann.nodes.filter(isActivation);
  const statistics = await activationStatistics(
    ann,
    activations.map(({ name }) => name),
    data,
  );
  const of = (name: string): readonly Histogram[] => {
    const { layer, channels } = statistics.get(name)!;
    return scope === 'channel' ? channels : [layer];
  };
  return new Map(activations.map(({ name }) => [name, of(name).map((histogram) => histogram.percentile(percentile))]));
}
