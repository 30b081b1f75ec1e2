import { argmax, type Batch, direct, type Engine, type Network } from '@spikewright/snn-core';
import type { LongRun } from './long-run.js';

/**
 * Counts the samples whose answer is the expected one after some numbers of steps.
 *
 * @param expected - the answers to each batch
 * @returns one count for each number of steps
 */
export async function agreement(
  network: Network,
  batches: readonly Batch[],
  expected: readonly Pick<LongRun, 'answers'>[],
  { engine, steps }: { readonly engine: Engine; readonly steps: readonly number[] },
): Promise<number[]> {
  const program = await engine.compile(network);
  const counts = steps.map(() => 0);
  const most = Math.max(...steps);
  try {
    for (const [place, batch] of batches.entries()) {
      for await (const frame of program.run(batch, { steps: most, encoder: direct(), seed: 0, firstStop: most })) {
        for (let row = 0; row < frame.rows; row++) {
          const answer = expected[place].answers[frame.sampleOf(row)];
          steps.forEach((step, i) => {
            if (frame.stepOf(row) === step && argmax(frame.scores(row)) === answer) counts[i] += 1;
          });
        }
      }
    }
    return counts;
  } finally {
    program.dispose();
  }
}
