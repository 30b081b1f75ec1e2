import assert from 'node:assert/strict';
import test from 'node:test';
import { cutoffChecks } from '@spikewright/testkit';
import { stableAnswer } from '../dist/index.js';

for (const [name, check] of cutoffChecks(stableAnswer())) test(name, check);

test('stableAnswer stops at the step at which the answer has stayed for patience steps', () => {
  const stopped = [];
  const look = stableAnswer({ patience: 2 }).start(null);
  // Answers of the one sample: 0, 1, 1.
  [
    [1, 0],
    [1, 2],
    [1, 3],
  ].forEach((scores, step) => {
    look({
      rows: 1,
      sampleOf: () => 0,
      stepOf: () => step + 1,
      scores: () => scores,
      stop: () => stopped.push(step + 1),
    });
  });
  assert.deepEqual(stopped, [3]);
});
