import { type Frame, type Recording, randomStream } from '@spikewright/snn-core';
import { insist, insistSame } from './check.js';

/** Makes a recording of samples whose right class wins sooner or later, and now and then never. */
export function tinyRecording(samples = 121, steps = 11, classes = 4): Recording {
  const random = randomStream(samples, steps, classes);
  const labels = Int32Array.from({ length: samples }, () => Math.floor(classes * random()));
  const scores = new Float64Array(samples * steps * classes);
  labels.forEach((label, sample) => {
    const ease = 1.5 * random() - 0.1;
    for (let place = 0; place < steps * classes; place++) {
      const at = sample * steps * classes + place;
      const before = place < classes ? 0 : scores[at - classes];
      scores[at] = before + random() + (place % classes === label ? ease : 0);
    }
  });
  return { network: 'a tiny network', encoder: '{}', steps, classes, scores, labels };
}

/**
 * Shows recorded scores to a cutoff as an engine would: rows have clocks of their own, and a finished sample's place is
 * taken by the next one.
 *
 * @param batch - the samples of the recording that make up the batch, in its order
 * @param places - how many samples run side by side
 * @returns the step at which each sample of the recording was stopped, or its last one
 */
export function replay(
  look: (frame: Frame) => void,
  recording: Recording,
  batch: readonly number[],
  places: number,
): Map<number, number> {
  const waiting = batch.map((_, place) => place);
  const rows = waiting.splice(0, places).map((place) => ({ place, step: 1, stopped: false }));
  const stops = new Map<number, number>();
  while (rows.length > 0) {
    look(frameOf(recording, batch, rows));
    for (const row of [...rows].reverse()) {
      row.step += 1;
      if (!row.stopped && row.step <= recording.steps) continue;
      stops.set(batch[row.place], row.step - 1);
      const next = waiting.shift();
      if (next === undefined) rows.splice(rows.indexOf(row), 1);
      else Object.assign(row, { place: next, step: 1, stopped: false });
    }
  }
  return stops;
}

interface Row {
  readonly place: number;
  readonly step: number;
  stopped: boolean;
}

function frameOf({ steps, classes, scores }: Recording, batch: readonly number[], rows: readonly Row[]): Frame {
  const rowAt = (row: number): Row => {
    insist(
      Number.isInteger(row) && row >= 0 && row < rows.length,
      `a row must be from 0 to ${rows.length - 1}: ${row}`,
    );
    return rows[row];
  };
  const absent = (node: string): never => {
    throw new ReferenceError(`Cannot look into a recording: it holds scores only: node '${node}'`);
  };
  return {
    rows: rows.length,
    sampleOf: (row) => rowAt(row).place,
    stepOf: (row) => rowAt(row).step,
    scores: (row) => {
      const { place, step } = rowAt(row);
      const at = (batch[place] * steps + step - 1) * classes;
      return scores.slice(at, at + classes);
    },
    spikes: absent,
    operations: absent,
    stop: (row) => {
      rowAt(row).stopped = true;
    },
  };
}

/** Throws an Error unless every sample stopped at the same step. */
export function insistSameStops(actual: Map<number, number>, expected: Map<number, number>, what: string): void {
  for (const [sample, step] of actual)
    insistSame(step, expected.get(sample), `${what}: the last step of sample ${sample}`);
  insistSame(actual.size, expected.size, `${what}: the number of samples`);
}
