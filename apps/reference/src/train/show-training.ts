import type { EpochReport, StepReport } from '@spikewright/training';
import type { Progress } from '../progress.js';

/** Shows on a bar how training goes, in epochs, and leaves a line for each epoch. */
export function showTraining(progress: Progress, epochs: number) {
  return {
    onStep: ({ epoch, step, steps, loss, accuracy }: StepReport): void => {
      const done = Math.round((epoch - 1 + step / steps) * 100) / 100;
      progress.update('training', done, epochs, score({ loss, accuracy }));
    },
    onEpoch: ({ epoch, loss, accuracy, validation }: EpochReport): void => {
      const heldOut = validation ? `; held-out: ${score(validation)}` : '';
      progress.note(`epoch ${epoch} of ${epochs}: ${score({ loss, accuracy })}${heldOut}`);
    },
  };
}

const score = ({ loss, accuracy }: { readonly loss: number; readonly accuracy: number }): string =>
  `loss ${loss.toFixed(4)}, accuracy ${(accuracy * 100).toFixed(2)} %`;
