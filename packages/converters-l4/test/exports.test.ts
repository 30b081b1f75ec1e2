import * as l4 from '@spikewright/converters-l4';
import { expect, test } from 'vitest';

test('converters-l4 exports what its README says, and nothing else', () => {
  expect(Object.keys(l4).sort()).toEqual(['l4']);
});
