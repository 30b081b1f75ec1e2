import {
  type Calibration,
  type Converter,
  definePlugin,
  type Network,
  type PluginFactory,
} from '@spikewright/snn-core';
import {
  foldBatchNorm,
  integrateAndFire,
  isActivation,
  type Lambdas,
  requireConvertible,
  toSpiking,
  withSelfCheck,
} from '@spikewright/snn-core/convert';
import * as v from 'valibot';

/** Options of {@link qcfs}. */
export interface QcfsOptions {
  /**
   * v(0) in units of θ, from 0 up to but not including 1. 1/2 is the shift φ of the activation.
   *
   * @defaultValue 0.5
   */
  readonly initial?: number;
  /**
   * Whether a potential of exactly θ fires. `>=` rounds a tie up, as the floor of the activation does; `>` rounds it down, as
   * some released code does.
   *
   * @defaultValue '>='
   */
  readonly fires?: '>=' | '>';
}

const options = v.strictObject({
  initial: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.5),
  fires: v.optional(v.picklist(['>=', '>']), '>='),
});

type Complete = v.InferOutput<typeof options>;

/**
 * Converts networks trained with QCFS activations (Bu et al., ICLR 2022): θ = λ, the trained bound, and v(0) = θ/2. After
 * T = L steps of constant current a neuron has sent as many spikes as the activation has levels:
 *
 * `λ clip(floor(z L / λ + 1/2) / L, 0, 1) = (θ / T) clip(floor((z T + v(0)) / θ), 0, T)`
 *
 * θ is put into the weights, `W ← W λ(l-1) / λ(l)`, which leaves every spike as it is. The last layer does not spike. Clip layers,
 * which have a trained bound too, are taken as well. Calibration data serve the self-check only: where fewer than 90 % of 32
 * samples keep the ANN's answer in 64 steps, a note says so.
 *
 * @throws OptionsError for a wrong option; from `convert`: TypeError for a node without a spiking form or a trained bound,
 * RangeError for calibration without samples
 */
export const qcfs: PluginFactory<Converter, QcfsOptions> = definePlugin({
  role: 'converter',
  name: 'qcfs',
  options,
  create: (complete: Complete) => ({
    convert: async (network, calibration) => convert(network, calibration, complete),
  }),
});

async function convert(network: Network, calibration: Calibration, complete: Complete): Promise<Network> {
  const folded = await foldBatchNorm().convert(network, calibration);
  requireConvertible(folded);
  const spiking = toSpiking(folded, trainedBounds(folded), { ...integrateAndFire, ...complete });
  return withSelfCheck(network, spiking, calibration, 'qcfs');
}

/** λ of every activation, as it was trained. */
function trainedBounds({ nodes }: Network): Lambdas {
  return Object.fromEntries(
    nodes.filter(isActivation).map((node) => {
      if ('lambda' in node) return [node.name, [node.lambda]];
      const way = 'train with qcfs (or clip) activations, or convert by a method that measures λ: norm, ecc, balance';
      throw new TypeError(`Cannot convert node '${node.name}': a ${node.op} has no trained bound: ${way}`);
    }),
  );
}
