import * as converters from '@spikewright/converters-ecc';
import { expect, test } from 'vitest';

test('converters-ecc exports its converter, its encoder and the measure of unevenness, and nothing else', () => {
  expect(Object.keys(converters).sort()).toEqual(['ecc', 'regularWindow', 'unevenness']);
});
