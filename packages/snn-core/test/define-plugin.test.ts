import {
  type Converter,
  definePlugin,
  describePlugin,
  type Encoder,
  identity,
  type NoOptions,
  noCutoff,
  noTuner,
  type PluginFactory,
  type Tuner,
} from '@spikewright/snn-core';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { input, network, nothing } from './builders.js';

interface GainOptions {
  readonly gain?: number | undefined;
  readonly place?: { row: number } | undefined;
}

const gain: PluginFactory<Encoder, GainOptions> = definePlugin({
  role: 'encoder',
  name: 'gain',
  options: v.strictObject({
    gain: v.optional(v.pipe(v.number(), v.gtValue(0)), 2),
    place: v.optional(v.strictObject({ row: v.number() }), { row: 0 }),
  }),
  create: (options) => ({
    output: 'constant',
    start: () => (image, _sample, _step, into) => into.set(image.map((value) => value * options.gain)),
  }),
});

describe('definePlugin', () => {
  test('definePlugin puts role, spec, name and complete options beside the verbs', () => {
    const plugin = gain({ gain: 3 });
    expect(plugin).toMatchObject({ role: 'encoder', spec: 1, name: 'gain', output: 'constant' });
    expect(plugin.options).toEqual({ gain: 3, place: { row: 0 } });
    expect(gain().options).toEqual({ gain: 2, place: { row: 0 } });
    expect([gain.role, gain.pluginName]).toEqual(['encoder', 'gain']);
  });

  test('definePlugin freezes the plugin and its options', () => {
    const plugin = gain();
    expect([Object.isFrozen(plugin), Object.isFrozen(plugin.options)]).toEqual([true, true]);
    expect(() => Object.assign(plugin, { name: 'other' })).toThrow(TypeError);
    expect(() => Object.assign(plugin.options, { gain: 5 })).toThrow(TypeError);
  });

  test('definePlugin leaves the given options as they are', () => {
    const given = { gain: 3 };
    gain(given);
    expect([given, Object.isFrozen(given)]).toEqual([{ gain: 3 }, false]);
  });

  test('definePlugin makes verbs that work detached', () => {
    const { start } = gain({ gain: 10 });
    const encode = start(0);
    const into = new Float64Array(2);
    encode(Float32Array.of(1, 2), 0, 1, into);
    expect([...into]).toEqual([10, 20]);
  });

  const table: [given: unknown, message: RegExp][] = [
    [{ gian: 3 }, /^Cannot use options of gain: .*: 'gian'$/],
    [{ gain: 0 }, /^Cannot use options of gain: .*: 'gain'$/],
    [{ gain: '2' }, /^Cannot use options of gain: .*: 'gain'$/],
    [{ gain: Number.NaN }, /^Cannot use options of gain: .*: 'gain'$/],
    [{ place: { row: 'x' } }, /^Cannot use options of gain: .*: 'place.row'$/],
    [{ place: { column: 1 } }, /^Cannot use options of gain: .*: 'place.row'$/],
    [7, /^Cannot use options of gain: .*[^']$/],
  ]; // biome-ignore format: a table
  test.each(table)('definePlugin refuses the options %j and names the key', (given, message) => {
    const make = (): unknown => gain(given as never);
    expect(make).toThrow(expect.objectContaining({ name: 'OptionsError', message: expect.stringMatching(message) }));
  });

  test('definePlugin refuses a schema that answers later', () => {
    const later: PluginFactory<Tuner, NoOptions> = definePlugin({
      role: 'tuner',
      name: 'later',
      options: v.objectAsync({}),
      create: () => ({ tune: async (tuned) => tuned }),
    });
    expect(() => later()).toThrow(
      new TypeError('Cannot use options of later: the schema must be synchronous: it is not'),
    );
  });

  test('definePlugin takes any Standard Schema', () => {
    const handMade = {
      '~standard': {
        version: 1 as const,
        vendor: 'by hand',
        validate: (value: unknown) =>
          Object.keys(value as object).length === 0
            ? { value: { found: true } }
            : { issues: [{ message: 'nothing is allowed', path: [{ key: 'first' }, 0] }] },
      },
    };
    const plugin: PluginFactory<Converter, Record<string, number>> = definePlugin({
      role: 'converter',
      name: 'hand',
      options: handMade,
      create: () => ({ convert: async (converted) => converted }),
    });
    expect(plugin().options).toEqual({ found: true });
    expect(() => plugin({ a: 1 })).toThrow("Cannot use options of hand: nothing is allowed: 'first.0'");
  });
});

test('describePlugin keeps name, spec and options, and nothing else', () => {
  expect(describePlugin(gain({ gain: 4 }))).toEqual({
    name: 'gain',
    spec: 1,
    options: { gain: 4, place: { row: 0 } },
  });
});

describe('neutral plugins', () => {
  const any = network(input(1));

  test('identity, noTuner and noCutoff change nothing', async () => {
    expect(await identity().convert(any, nothing)).toBe(any);
    expect(await noTuner().tune(any, nothing)).toBe(any);
    // A frame that would complain if it were touched.
    const source = { network: '', encoder: '', steps: 1 };
    expect(noCutoff().start(null, source)(null as never)).toBeUndefined();
    expect(noCutoff().fit).toBeUndefined();
    expect(noCutoff().firstStop!(null, { ...source, steps: 8 })).toBe(8);
  });

  test('identity, noTuner and noCutoff have a role, a name and no options', () => {
    const all = [identity(), noTuner(), noCutoff()].map(({ role, name, options }) => [role, name, options]);
    expect(all).toEqual([
      ['converter', 'identity', {}],
      ['tuner', 'none', {}],
      ['cutoff', 'none', {}],
    ]);
    for (const make of [identity, noTuner, noCutoff]) expect(() => make({ x: 1 } as never)).toThrow(/'x'/);
  });
});
