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
  type CompletedLambdas,
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
import { largestWeights } from './largest-weights.js';

/** Options of {@link norm}. */
export interface NormOptions {
  /**
   * What λ, the activation that becomes one spike a step, is: the largest activation (`max`), a percentile of the
   * activations above 0 (`percentile`, Rueckauer et al. 2017), or the larger of the largest activation and the largest
   * weight of the layer (`diehl`, Diehl et al. 2015).
   *
   * @defaultValue 'percentile'
   */
  readonly rule?: 'max' | 'percentile' | 'diehl';
  /**
   * The percentile, from 0 to 100; used by that rule only.
   *
   * @defaultValue 99.9
   */
  readonly percentile?: number;
  /**
   * One λ for each channel, or one for the whole layer. By channel, quiet channels spike as often as loud ones, which takes
   * far fewer steps and more spikes in each.
   *
   * @defaultValue 'channel'
   */
  readonly scope?: 'layer' | 'channel';
  /**
   * v(0) in units of θ, from 0 up to but not including 1. 1/2 rounds to the nearest count instead of down (Bu et al.
   * 2022).
   *
   * @defaultValue 0.5
   */
  readonly initial?: number;
  /**
   * What a spike does to the potential: take θ off it, or set it to 0 (Diehl et al. 2015).
   *
   * @defaultValue 'subtract'
   */
  readonly reset?: 'subtract' | 'zero';
}

const options = v.strictObject({
  rule: v.optional(v.picklist(['max', 'percentile', 'diehl']), 'percentile'),
  percentile: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), 99.9),
  scope: v.optional(v.picklist(['layer', 'channel']), 'channel'),
  initial: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.5),
  reset: v.optional(v.picklist(['subtract', 'zero']), 'subtract'),
});

type Complete = v.InferOutput<typeof options>;

/**
 * Weight normalisation from the activations of calibration data: `W ← W λ(l-1) / λ(l)`, `b ← b / λ(l)`, θ = 1.
 *
 * The strong form is the default: 99.9 percentile, by channel, start at θ/2. The form in which papers often show it is
 * `norm({ rule: 'max', scope: 'layer', initial: 0 })`. Where fewer than 90 % of 32 calibration samples keep the ANN's
 * answer in 64 steps, a note says so. Converts relu, clip and QCFS networks of conv2d, dense, scale, batch
 * normalisation (folded), average pooling, flatten, add and concat.
 *
 * @throws OptionsError for a wrong option; from `convert`: TypeError for a node without a spiking form, RangeError for
 * calibration without samples
 */
export const norm: PluginFactory<Converter, NormOptions> = definePlugin({
  role: 'converter',
  name: 'norm',
  options,
  create: (complete: Complete) => ({
    convert: async (network, calibration) => convert(network, calibration, complete),
  }),
});

async function convert(network: Network, calibration: Calibration, complete: Complete): Promise<Network> {
  const folded = await foldBatchNorm().convert(network, calibration);
  requireConvertible(folded);
  const { lambdas, notes } = await measureLambdas(folded, calibration, complete);
  const { initial, reset } = complete;
  const spiking = toSpiking(folded, lambdas, { ...integrateAndFire, initial, reset });
  return withSelfCheck(network, withNotes(spiking, ...notes), calibration, 'norm');
}

/** λ of every activation, and a note for each layer that never was active. */
async function measureLambdas(
  network: Network,
  calibration: Calibration,
  { rule, percentile, scope }: Complete,
): Promise<CompletedLambdas> {
  const names = network.nodes.filter(isActivation).map((node) => node.name);
  const statistics = await activationStatistics(network, names, calibration);
  const weights = rule === 'diehl' ? largestWeights(network) : new Map<string, number>();
  const measure = (histogram: Histogram): number =>
    rule === 'percentile' ? histogram.percentile(percentile) : histogram.max;
  const measured = new Map(
    names.map((name) => {
      const { layer, channels } = statistics.get(name)!;
      const histograms = scope === 'channel' ? channels : [layer];
      // A channel that was never active takes the layer's λ, so that it stays as quiet as the ANN's.
      const values = histograms.map((histogram) => measure(histogram) || measure(layer));
      // Of a layer that never was active 0 stays, so that it gets its note.
      return [name, values.map((value) => value && Math.max(value, weights.get(name) ?? 0))];
    }),
  );
  return completeLambdas(network, measured, 'norm');
}
