import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { showProgress } from '../src/progress.js';
import { showTraining } from '../src/train/show-training.js';

/** A stream that keeps what is written, and the time of the test's own. */
function terminal(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 200 });
  let text = '';
  stream.on('data', (bytes) => {
    text += bytes;
  });
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => text };
}

test('showProgress() tells the time left of the whole phase by the mean pace of this process', () => {
  vi.useFakeTimers();
  const { stream, written } = terminal(false);
  const progress = showProgress(stream);
  const { onStep, onEpoch } = showTraining(progress, 4);
  const step = { steps: 100, loss: 0.5, penalty: 0, accuracy: 0.75, learningRate: 0.1 };
  // A run that goes on after 150 of 400 steps; 50 steps take 10 s, so that 200 take 40 s.
  onStep({ ...step, epoch: 2, step: 50 });
  vi.advanceTimersByTime(10_000);
  onStep({ ...step, epoch: 2, step: 100 });
  onEpoch({ epoch: 2, loss: 0.25, accuracy: 0.875, validation: { loss: 0.5, accuracy: 0.8 } });
  vi.advanceTimersByTime(7_390_000);
  onStep({ ...step, epoch: 3, step: 100 });
  // 150 steps took 7,400 s: 100 take 4,933 s.
  onEpoch({ epoch: 3, loss: 0.25, accuracy: 0.875 });
  vi.advanceTimersByTime(1_000);
  onStep({ ...step, epoch: 4, step: 100 });
  onEpoch({ epoch: 4, loss: 0.25, accuracy: 0.875 });
  progress.stop();
  expect(written()).toBe(
    [
      'training ...',
      'epoch 2 of 4: loss 0.2500, accuracy 87.50 %; held-out: loss 0.5000, accuracy 80.00 %, 0:40 left',
      'epoch 3 of 4: loss 0.2500, accuracy 87.50 %, 1:22:13 left',
      'epoch 4 of 4: loss 0.2500, accuracy 87.50 %',
      '',
    ].join('\n'),
  );
  vi.useRealTimers();
});

test('showProgress() draws a bar on a terminal, and leaves lines above it', () => {
  vi.useFakeTimers();
  const { stream, written } = terminal(true);
  const progress = showProgress(stream);
  progress.update('first', 0, 4);
  expect(written()).toContain('0 % | 0/4 | 0:00, ? left | first');
  vi.advanceTimersByTime(61_000);
  progress.update('first', 1, 4, 'a detail');
  vi.advanceTimersByTime(1_000);
  progress.note('a line');
  expect(written()).toContain('25 % | 1/4 | 1:01, 3:03 left | first a detail');
  expect(written()).toContain('a line, 3:03 left\n');
  progress.update('first', 2, 4);
  progress.update('second', 0, 1);
  progress.stop();
  expect(written()).toContain('50 % | 2/4');
  expect(written()).toContain('0/1 | 0:00, ? left | second');
  vi.useRealTimers();
});
