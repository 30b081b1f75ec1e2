import * as importTorch from '@spikewright/import-torch';
import { expect, test } from 'vitest';

test('the package exports these names', () => {
  expect(Object.keys(importTorch).sort()).toEqual(['buildNetwork', 'readStateDict']);
});
