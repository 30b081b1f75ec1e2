import { type Converter, definePlugin, type NoOptions, type PluginFactory } from '@spikewright/snn-core';
import * as v from 'valibot';
import { withLevels } from './with-levels.js';

/**
 * Signed neurons with memory (Wang et al., IJCAI 2022): a neuron that sent too many spikes takes them back. It sends -1
 * where v ≤ -θ, as long as the sum of all it sent stays at or above 0.
 *
 * A pass from spiking network to spiking network, for the end of a chain; the paper starts at v(0) = 0. Where fewer than
 * 90 % of 32 calibration samples keep their answer in 64 steps, a note says so.
 *
 * @throws OptionsError for any option; from `convert`: TypeError for a network without neurons, RangeError for
 * calibration without samples
 */
export const signedNeurons: PluginFactory<Converter, NoOptions> = definePlugin({
  role: 'converter',
  name: 'signed-neurons',
  options: v.strictObject({}),
  create: () => ({
    convert: async (network, calibration) => withLevels(network, [-1, 1], calibration, 'signed-neurons'),
  }),
});
