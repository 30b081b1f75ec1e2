import * as converters from '@spikewright/converters-norm';
import { expect, test } from 'vitest';

test('converters-norm exports its converter, and nothing else', () => {
  expect(Object.keys(converters)).toEqual(['norm']);
});
