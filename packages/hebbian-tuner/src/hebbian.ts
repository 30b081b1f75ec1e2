import { definePlugin, type PluginFactory, type Tuner } from '@spikewright/snn-core';
import { type Complete, type HebbianOptions, options } from './options.js';
import { tune } from './tune.js';

/**
 * Tunes a converted network by local rules on the times of spikes, without labels: in persistent mode, once, before it is used.
 * **Derived from the abstract; the paper's rule is not public** (Habara, Sato and Awano, DA Symposium 2023).
 *
 * Hidden layers are tuned in order, each on calibration samples with the layers before it tuned. Two samples of three are learnt
 * from; the third decides whether changes are kept (see `gate`), and the decision is in the notes of the network. Direct
 * coding is used throughout.
 *
 * @throws OptionsError for a wrong option; from `tune`: TypeError for an ANN, and where no hidden layer can be tuned, RangeError for
 * fewer than 3 calibration samples
 */
export const hebbian: PluginFactory<Tuner, HebbianOptions> = definePlugin({
  role: 'tuner',
  name: 'hebbian',
  options,
  create: (complete: Complete) => ({
    tune: async (network, calibration) => tune(network, calibration, complete),
  }),
});
