import type { Plugin } from '@spikewright/snn-core';
import { type Check, insist, insistSame, isJson, refusal } from './check.js';

/** Makes plugins from options; all options may be left out. */
export type AnyFactory = (options?: never) => Plugin;

/** What a plugin of each role must be able to do. */
const VERBS: ReadonlyMap<string, readonly string[]> = new Map([
  ['converter', ['convert']],
  ['encoder', ['start']],
  ['tuner', ['tune']],
  ['cutoff', ['start']],
  ['metric', ['start']],
  ['regularizer', ['penalty']],
]);

/**
 * Checks what all plugins have in common: that a plugin is a plain object that says what it is, and can be written down
 * as JSON. Of a factory, also that a plugin can be made again from its options.
 *
 * @param subject - a plugin, or its factory when that works without options
 */
export function pluginChecks(subject: Plugin | AnyFactory): readonly Check[] {
  if (typeof subject !== 'function') return plainChecks(() => subject);
  return [...plainChecks(subject), ...factoryChecks(subject)];
}

function plainChecks(make: () => Plugin): Check[] {
  return [
    [
      'says its role, its spec and its name',
      () => {
        const { role, spec, name } = make();
        insist(typeof role === 'string' && role !== '', `role must be a word: ${role}`);
        insist(spec === 1, `spec must be 1: ${spec}`);
        insist(typeof name === 'string' && name !== '', `name must be a word: ${name}`);
      },
    ],
    [
      'is a plain object with the verbs of its role',
      () => {
        const plugin = make();
        insist(Object.getPrototypeOf(plugin) === Object.prototype, 'a plugin must be a plain object, of no class');
        const verbs = new Map<string, unknown>(Object.entries(plugin));
        for (const verb of VERBS.get(plugin.role) ?? []) {
          insist(typeof verbs.get(verb) === 'function', `a ${plugin.role} must have a function ${verb}`);
        }
      },
    ],
    [
      'has options that JSON keeps whole',
      () => {
        const { options } = make();
        insist(
          isJson(options) && !Array.isArray(options),
          'options must be an object of finite numbers, words and the like',
        );
        insistSame(JSON.parse(JSON.stringify(options)), options, 'options after a passage through JSON');
      },
    ],
  ];
}

function factoryChecks(factory: AnyFactory): Check[] {
  return [
    [
      'is made again from its options',
      () => {
        const { role, name, options } = factory();
        const again = factory(options as never);
        insistSame(
          { role: again.role, name: again.name, options: again.options },
          { role, name, options },
          'the plugin',
        );
      },
    ],
    [
      'refuses an unknown option',
      async () => {
        await refusal(() => factory({ 'no such option': 1 } as never), 'an unknown option');
      },
    ],
  ];
}
