import * as nir from '@spikewright/nir';
import { expect, test } from 'vitest';

test('the package exports these names', () => {
  expect(Object.keys(nir).sort()).toEqual(['readNir', 'writeNir']);
});
