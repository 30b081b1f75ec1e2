import * as converters from '@spikewright/converters-qcfs';
import { expect, test } from 'vitest';

test('converters-qcfs exports its converter, and nothing else', () => {
  expect(Object.keys(converters)).toEqual(['qcfs']);
});
