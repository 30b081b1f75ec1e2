import { type Calibration, type Converter, chain, direct, identity, withNotes } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { caught, input, network, nothing } from './builders.js';

const note = (text: string): Converter => ({
  role: 'converter',
  spec: 1,
  name: 'note',
  options: { text },
  convert: async (converted) => withNotes(converted, text),
});
const empty = network(input(1));

test('chain runs converters in order', async () => {
  const { meta } = await chain(note('a'), chain(note('b'), identity()), note('c')).convert(empty, nothing);
  expect(meta.notes).toEqual(['a', 'b', 'c']);
  expect(empty.meta).toEqual({});
});

test('chain of nothing changes nothing', async () => {
  expect(await chain().convert(empty, nothing)).toBe(empty);
});

test('chain gives every converter the calibration', async () => {
  const seen: Calibration[] = [];
  const spy: Converter = {
    ...identity(),
    convert: async (converted, calibration) => {
      seen.push(calibration);
      return converted;
    },
  };
  await chain(spy, spy).convert(empty, nothing);
  expect(seen).toEqual([nothing, nothing]);
});

test('chain writes its parts down', () => {
  const joined = chain(note('a'), chain(identity()));
  expect(joined).toMatchObject({ role: 'converter', spec: 1, name: 'chain' });
  expect(joined.options).toEqual({
    converters: [
      { name: 'note', spec: 1, options: { text: 'a' } },
      { name: 'chain', spec: 1, options: { converters: [{ name: 'identity', spec: 1, options: {} }] } },
    ],
  });
  expect([Object.isFrozen(joined), Object.isFrozen(joined.options)]).toEqual([true, true]);
});

test('chain stops at the converter that fails', async () => {
  const failing: Converter = {
    ...identity(),
    convert: async () => Promise.reject(new RangeError('Cannot convert: x: y')),
  };
  expect(await caught(() => chain(note('a'), failing).convert(empty, nothing))).toEqual(
    new RangeError('Cannot convert: x: y'),
  );
});

test.each<[unknown, string]>([
  [direct(), 'encoder'],
  [undefined, 'undefined'],
  [null, 'undefined'],
  [{}, 'undefined'],
])('chain refuses %j', (stranger, role) => {
  expect(() => chain(identity(), stranger as Converter)).toThrow(
    expect.objectContaining({
      name: 'OptionsError',
      message: `Cannot chain plugins: each must be a converter: ${role}`,
    }),
  );
});
