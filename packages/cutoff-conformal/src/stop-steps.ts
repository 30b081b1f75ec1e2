import type { CutoffPolicy, Frame, Json, Recording } from '@spikewright/snn-core';

/**
 * The step at which a cutoff would have stopped each sample of a recording, T where it would not have: what a run of the same
 * source does, without running it. Works for any cutoff that looks at scores only.
 *
 * @param fitted - what the cutoff's `fit` returned; null for one without
 * @returns `[samples]`, from 1 to T
 * @throws TypeError for a fit of another source, ReferenceError for a cutoff that looks at spikes or operations
 */
export function stopSteps(cutoff: CutoffPolicy, fitted: Json, recording: Recording): Int32Array {
  const { steps, classes, scores, labels, network, encoder } = recording;
  const look = cutoff.start(fitted, { network, encoder, steps });
  const stops = new Int32Array(labels.length).fill(steps);
  let running = Int32Array.from(labels.keys());
  for (let step = 1; step < steps; step++) {
    const stopped = new Uint8Array(running.length);
    const frame: Frame = {
      rows: running.length,
      sampleOf: (row) => running[row],
      stepOf: () => step,
      scores: (row) => {
        const at = (running[row] * steps + step - 1) * classes;
        return scores.subarray(at, at + classes);
      },
      spikes: absent,
      operations: absent,
      stop: (row) => {
        stopped[row] = 1;
        stops[running[row]] = step;
      },
    };
    look(frame);
    running = running.filter((_, row) => stopped[row] === 0);
  }
  return stops;
}

const absent = (node: string): never => {
  throw new ReferenceError(`Cannot find stop steps: a recording holds scores only: '${node}' was asked for`);
};
