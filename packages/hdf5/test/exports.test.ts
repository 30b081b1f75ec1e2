import * as hdf5 from '@spikewright/hdf5';
import { expect, test } from 'vitest';

test('the package exports one function and nothing else', () => {
  expect(Object.keys(hdf5)).toEqual(['openHdf5']);
});
