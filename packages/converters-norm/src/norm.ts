import {
  activationStatistics,
  type Calibration,
  type Converter,
  definePlugin,
  foldBatchNorm,
  type Histogram,
  integrateAndFire,
  isActivation,
  type Lambdas,
  type Network,
  type PluginFactory,
  requireConvertible,
  toSpiking,
  withNotes,
} from '@spikewright/snn-core';
import * as v from 'valibot';
import { averageMaxPooling } from './average-max-pooling.js';
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
  /**
   * Max pooling has no exact spiking form: refuse the network, or put average pooling in its place (and say so in the
   * network's notes).
   *
   * @defaultValue 'refuse'
   */
  readonly maxPool?: 'refuse' | 'average';
}

const options = v.strictObject({
  rule: v.optional(v.picklist(['max', 'percentile', 'diehl']), 'percentile'),
  percentile: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), 99.9),
  scope: v.optional(v.picklist(['layer', 'channel']), 'channel'),
  initial: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.5),
  reset: v.optional(v.picklist(['subtract', 'zero']), 'subtract'),
  maxPool: v.optional(v.picklist(['refuse', 'average']), 'refuse'),
});

type Complete = v.InferOutput<typeof options>;

/**
 * Weight normalisation from the activations of calibration data: `W ← W λ(l-1) / λ(l)`, `b ← b / λ(l)`, θ = 1.
 *
 * The strong form is the default: 99.9 percentile, by channel, start at θ/2. The form in which papers often show it is
 * `norm({ rule: 'max', scope: 'layer', initial: 0 })`. Converts relu, clip and QCFS networks of conv2d, dense, scale, batch
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
  const pooled = complete.maxPool === 'average' ? averageMaxPooling(network) : network;
  const folded = await foldBatchNorm().convert(pooled, calibration);
  requireConvertible(folded);
  const { lambdas, dead } = await measureLambdas(folded, calibration, complete);
  const { initial, reset } = complete;
  const spiking = toSpiking(folded, lambdas, { ...integrateAndFire, initial, reset });
  return withNotes(spiking, ...dead);
}

/** λ of every activation, and a note for each layer that never was active. */
async function measureLambdas(network: Network, calibration: Calibration, complete: Complete): Promise<Measured> {
  const names = network.nodes.filter(isActivation).map((node) => node.name);
  const statistics = await activationStatistics(network, names, calibration);
  const bounds = new Map(
    network.nodes.map((node) => [node.name, 'lambda' in node ? node.lambda : Number.POSITIVE_INFINITY]),
  );
  const weights = complete.rule === 'diehl' ? largestWeights(network) : new Map<string, number>();
  const lambdas: Record<string, readonly number[]> = {};
  const dead: string[] = [];
  for (const [name, { layer, channels }] of statistics) {
    const histograms = complete.scope === 'channel' ? channels : [layer];
    const measure = ({ max, percentile }: Histogram): number =>
      complete.rule === 'percentile' ? percentile(complete.percentile) : max;
    // A channel that was never active takes the layer's λ, so that it stays as quiet as the ANN's.
    lambdas[name] = histograms.map((histogram) =>
      Math.min(Math.max(measure(histogram) || measure(layer) || 1, weights.get(name) ?? 0), bounds.get(name)!),
    );
    if (layer.max > 0) continue;
    dead.push(`norm: '${name}' was never active on the calibration data; its λ is ${lambdas[name][0]}`);
  }
  return { lambdas, dead };
}

interface Measured {
  readonly lambdas: Lambdas;
  readonly dead: readonly string[];
}
