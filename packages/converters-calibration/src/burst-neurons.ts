import { type Converter, definePlugin, type PluginFactory } from '@spikewright/snn-core';
import * as v from 'valibot';
import { withLevels } from './with-levels.js';

/** Options of {@link burstNeurons}. */
export interface BurstOptions {
  /**
   * Γ, the most spikes of a neuron in a step, from 1 to 255.
   *
   * @defaultValue 5
   */
  readonly most?: number;
}

const options = v.strictObject({
  most: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255)), 5),
});

/**
 * Burst neurons (Li & Zeng, IJCAI 2022): `s = clip(floor(v / θ), 0, Γ)` spikes a step, so that charge left over is sent at
 * once instead of one spike a step.
 *
 * A pass from spiking network to spiking network, for the end of a chain. Spikes are counted one by one: a burst of 3 costs
 * three times the additions. For networks of ReLU: what a clip or QCFS layer bounds is bounded no more. Where fewer than
 * 90 % of 32 calibration samples keep their answer in 64 steps, a note says so.
 *
 * @throws OptionsError for a wrong option; from `convert`: TypeError for a network without neurons, RangeError for
 * calibration without samples
 */
export const burstNeurons: PluginFactory<Converter, BurstOptions> = definePlugin({
  role: 'converter',
  name: 'burst-neurons',
  options,
  create: ({ most }: v.InferOutput<typeof options>) => ({
    convert: async (network, calibration) => withLevels(network, [0, most], calibration, 'burst-neurons'),
  }),
});
