import * as converters from '@spikewright/converters-balance';
import { expect, test } from 'vitest';

test('converters-balance exports its converter, and nothing else', () => {
  expect(Object.keys(converters)).toEqual(['balance']);
});
