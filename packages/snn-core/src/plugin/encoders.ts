import { randomStream } from '../random.js';
import { definePlugin, type PluginFactory } from './define-plugin.js';
import { type NoOptions, noOptions, optionsOf } from './options.js';
import type { Encoder } from './roles.js';

/**
 * Direct coding: the analog image itself is the current of every step. The first layer then multiplies in every step,
 * and is counted so.
 */
export const direct: PluginFactory<Encoder, NoOptions> = definePlugin({
  role: 'encoder',
  name: 'direct',
  options: noOptions,
  create: () => ({ output: 'constant', start: () => (image, _sample, _step, into) => into.set(image) }),
});

/** Options of {@link poisson}. */
export interface PoissonOptions {
  /**
   * Spikes per step of a full intensity, above 0 and at most 1.
   *
   * @defaultValue 1
   */
  readonly rate?: number;
}

/**
 * Poisson rate coding: in each step a value x in [0, 1] spikes with probability `rate · x` (a Bernoulli draw). Give the
 * network its true scale by dividing its first weights by `rate`.
 *
 * Draws depend on (seed, sample, step) alone.
 */
export const poisson: PluginFactory<Encoder, PoissonOptions> = definePlugin({
  role: 'encoder',
  name: 'poisson',
  options: optionsOf<{ rate: number }>({
    rate: {
      default: 1,
      rule: 'above 0 and at most 1',
      holds: (rate) => typeof rate === 'number' && rate > 0 && rate <= 1,
    },
  }),
  create: ({ rate }) => ({
    output: 'spikes',
    start: (seed) => (image, sample, step, into) => {
      const random = randomStream(seed, sample, step);
      for (let i = 0; i < image.length; i++) into[i] = random() < rate * intensity(image[i], sample) ? 1 : 0;
    },
  }),
});

/**
 * Regular rate coding without chance: a value x in [0, 1] has sent floor(x t) spikes after step t, evenly spread. The
 * input of the ECC tool, whose window of T steps holds floor(x T) spikes.
 */
export const regular: PluginFactory<Encoder, NoOptions> = definePlugin({
  role: 'encoder',
  name: 'regular',
  options: noOptions,
  create: () => ({
    output: 'spikes',
    start: () => (image, sample, step, into) => {
      for (let i = 0; i < image.length; i++) {
        const x = intensity(image[i], sample);
        into[i] = Math.floor(x * step) - Math.floor(x * (step - 1));
      }
    },
  }),
});

function intensity(value: number, sample: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new RangeError(`Cannot encode sample ${sample} as spikes: intensities must be from 0 to 1: ${value}`);
}
