import { direct, identity, noCutoff, noTuner, type Plugin, poisson, regular } from '@spikewright/snn-core';
import { pluginChecks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { failing } from './failing.js';

describe('pluginChecks passes', () => {
  const factories = { direct, identity, noCutoff, noTuner, poisson, regular };
  describe.each(Object.entries(factories))('%s', (_, factory) => {
    test.each(pluginChecks(factory))('%s', (__, check) => check());
  });

  test('an object literal', async () => {
    expect(await failing(pluginChecks(tuner({})))).toEqual([]);
  });
});

function tuner(changes: object): Plugin {
  const sound = { role: 'tuner', spec: 1, name: 'mine', options: { rate: 1 }, tune: () => undefined } as const;
  return { ...sound, ...changes };
}

class Heavy {
  readonly role = 'tuner';
  readonly spec = 1;
  readonly name = 'heavy';
  readonly options = {};
  tune(): void {}
}

describe('pluginChecks catches', () => {
  const [says, plain, json] = [
    'says its role, its spec and its name',
    'is a plain object with the verbs of its role',
    'has options that JSON keeps whole',
  ];
  test.each<[string, Plugin, string]>([
    ['no role', tuner({ role: '' }), says],
    ['another spec', tuner({ spec: 2 }), says],
    ['no name', tuner({ name: undefined }), says],
    ['an instance of a class', new Heavy(), plain],
    ['a missing verb', tuner({ tune: undefined }), plain],
    ['options that are no numbers', tuner({ options: { rate: Number.NaN } }), json],
    ['options that are functions', tuner({ options: { rate: () => 1 } }), json],
    ['typed arrays in options', tuner({ options: { rates: Float32Array.of(1) } }), json],
    ['absent options', tuner({ options: undefined }), json],
    ['options left undefined', tuner({ options: { rate: undefined } }), json],
    ['options that JSON writes in another way', tuner({ options: { rate: -0 } }), json],
    ['options in a list', tuner({ options: [1] }), json],
  ])('%s', async (_, plugin, name) => {
    expect(await failing(pluginChecks(plugin))).toEqual([name]);
  });

  test('a factory that forgets its options', async () => {
    let made = 0;
    const factory = (): Plugin => tuner({ options: { made: made++ } });
    expect(await failing(pluginChecks(factory))).toEqual([
      'is made again from its options',
      'refuses an unknown option',
    ]);
  });
});
