import { definePlugin, type Encoder, type PluginFactory, regular } from '@spikewright/snn-core';
import * as v from 'valibot';

/** Options of {@link regularWindow}. */
export interface RegularWindowOptions {
  /**
   * T, the steps in which input arrives, a whole number from 1.
   *
   * @defaultValue 256
   */
  readonly steps?: number;
}

const options = v.strictObject({ steps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 256) });

/**
 * Regular rate coding for T steps and silence after them: the spike window extension of ECC. Run the network for
 * `T' = T + extension` steps; biases go on in all of them and a neuron can send up to T' spikes, as in the authors' tool. Divide
 * scores by T.
 *
 * @throws OptionsError for a wrong option
 */
export const regularWindow: PluginFactory<Encoder, RegularWindowOptions> = definePlugin({
  role: 'encoder',
  name: 'regular-window',
  options,
  create: ({ steps }: v.InferOutput<typeof options>) => ({
    output: 'spikes',
    start: (seed) => {
      const encode = regular().start(seed);
      return (image, sample, step, into) => {
        if (step <= steps) encode(image, sample, step, into);
        else into.fill(0);
      };
    },
  }),
});
