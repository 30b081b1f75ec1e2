import { definePlugin, type PluginFactory } from './define-plugin.js';
import { type NoOptions, noOptions } from './options.js';
import type { Converter, CutoffPolicy, Tuner } from './roles.js';

/** The converter that changes nothing. */
export const identity: PluginFactory<Converter, NoOptions> = definePlugin({
  role: 'converter',
  name: 'identity',
  options: noOptions,
  create: () => ({ convert: async (network) => network }),
});

/** The tuner that changes nothing. */
export const noTuner: PluginFactory<Tuner, NoOptions> = definePlugin({
  role: 'tuner',
  name: 'none',
  options: noOptions,
  create: () => ({ tune: async (network) => network }),
});

/** The cutoff that lets every sample take all its steps. */
export const noCutoff: PluginFactory<CutoffPolicy, NoOptions> = definePlugin({
  role: 'cutoff',
  name: 'none',
  options: noOptions,
  create: () => ({ start: () => () => undefined, firstStop: (_, { steps }) => steps }),
});
