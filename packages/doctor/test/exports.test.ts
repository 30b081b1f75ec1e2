import * as doctor from '@spikewright/doctor';
import { expect, test } from 'vitest';

test('doctor exports what its users build on, and nothing else', () => {
  expect(Object.keys(doctor).sort()).toEqual(['conversionOutlook', 'diagnose', 'examineInput']);
});
