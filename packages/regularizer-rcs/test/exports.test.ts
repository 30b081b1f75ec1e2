import * as exported from '@spikewright/regularizer-rcs';
import { expect, test } from 'vitest';

test('the package exports', () => {
  expect(Object.keys(exported).sort()).toEqual(['rcsAnn', 'rcsSnn']);
});
