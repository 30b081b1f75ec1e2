import type { Batch, Frame } from '../engine/engine.js';
import { labelsOf } from '../errors.js';

/** The place of the largest value, the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** How often the answers were right, and when samples stopped. */
export interface AnswerTally {
  /** Starts a batch; the returned function takes its frames, and `close` ends it. */
  open(batch: Batch): { add(frame: Frame): void; close(): void };
  readonly samples: number;
  /** The share of right answers after step 1, 2, ..., T; null where no frame showed that step. */
  accuracy(): (number | null)[];
  /** How many samples stopped after step 1, 2, ..., T. */
  readonly stops: readonly number[];
}

const NOT_SHOWN = -1;

/** Starts to add up answers. A stopped sample keeps its answer for the steps it did not take. */
export function tallyAnswers(steps: number): AnswerTally {
  const right = new Float64Array(steps);
  const shown = new Float64Array(steps);
  const stops = new Array<number>(steps).fill(0);
  let samples = 0;
  return {
    stops,
    get samples() {
      return samples;
    },
    accuracy: () => Array.from(right, (count, step) => (shown[step] === 0 ? null : count / shown[step])),
    open: (batch) => {
      const { size } = batch;
      const labels = labelsOf('evaluate', batch);
      const answers = new Int8Array(size * steps).fill(NOT_SHOWN);
      const stopped = new Int32Array(size);
      return {
        add: (frame) => {
          for (let row = 0; row < frame.rows; row++) {
            const [sample, step] = [frame.sampleOf(row), frame.stepOf(row)];
            answers[sample * steps + step - 1] = argmax(frame.scores(row)) === labels[sample] ? 1 : 0;
            stopped[sample] = step;
          }
        },
        close: () => {
          samples += size;
          stopped.forEach((stop, sample) => {
            stops[stop - 1] += 1;
            for (let step = 0; step < steps; step++) {
              const answer = answers[sample * steps + Math.min(step, stop - 1)];
              if (answer === NOT_SHOWN) continue;
              right[step] += answer;
              shown[step] += 1;
            }
          });
        },
      };
    },
  };
}
