import { type Converter, definePlugin, type PluginFactory, withNotes } from '@spikewright/snn-core';
import {
  activationStatistics,
  completeLambdas,
  foldBatchNorm,
  integrateAndFire,
  isActivation,
  requireConvertible,
  toSpiking,
  withSelfCheck,
} from '@spikewright/snn-core/convert';
import * as v from 'valibot';

/** λ is a share of the largest activation of each layer (default 0.9); activations above it are clipped. */
export const largest: PluginFactory<Converter, { readonly share?: number }> = definePlugin({
  role: 'converter',
  name: 'largest',
  options: v.strictObject({ share: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 0.9) }),
  create: ({ share }) => ({
    convert: async (network, calibration) => {
      const ann = await foldBatchNorm().convert(network, calibration);
      requireConvertible(ann);
      const names = ann.nodes.filter(isActivation).map(({ name }) => name);
      const statistics = await activationStatistics(ann, names, calibration);
      const measured = new Map([...statistics].map(([name, { layer }]) => [name, [share * layer.max]]));
      const { lambdas, notes } = completeLambdas(ann, measured, 'largest');
      const spiking = withNotes(toSpiking(ann, lambdas, integrateAndFire), ...notes);
      return withSelfCheck(network, spiking, calibration, 'largest');
    },
  }),
});
