import * as tuner from '@spikewright/hebbian-tuner';
import { expect, test } from 'vitest';

test('exports what the README names, and nothing else', () => {
  expect(Object.keys(tuner).sort()).toEqual(['hebbian', 'hebbianEngine']);
});
