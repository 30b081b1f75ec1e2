import { OptionsError } from '../errors.js';
import { describePlugin } from './describe-plugin.js';
import type { Converter } from './roles.js';

/**
 * Joins converters into one that runs them in order; a method of a paper is such a composition.
 *
 * @throws OptionsError if one of them is no converter
 */
export function chain(...converters: readonly Converter[]): Converter {
  const stranger = converters.find((plugin) => plugin?.role !== 'converter');
  if (stranger !== undefined || converters.includes(undefined as never)) {
    throw new OptionsError(`Cannot chain plugins: each must be a converter: ${stranger?.role}`);
  }
  return Object.freeze({
    role: 'converter',
    spec: 1,
    name: 'chain',
    options: Object.freeze({ converters: converters.map(describePlugin) }),
    convert: async (network, calibration) => {
      for (const converter of converters) network = await converter.convert(network, calibration);
      return network;
    },
  } satisfies Converter);
}
