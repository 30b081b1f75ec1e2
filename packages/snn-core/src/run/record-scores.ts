import type { Batch, Program, RunOptions } from '../engine/engine.js';
import { labelsOf, requireSamples } from '../errors.js';
import type { Recording } from '../plugin/roles.js';
import { scoreSource } from './score-source.js';

/**
 * Runs labelled samples for all their steps and keeps the scores after each: what a cutoff learns from.
 *
 * @throws TypeError if labels are missing, RangeError if there is no sample
 */
export async function recordScores(
  program: Program,
  batches: AsyncIterable<Batch>,
  options: RunOptions,
): Promise<Recording> {
  const { steps } = options;
  const parts: Float64Array[] = [];
  const labels: number[] = [];
  let classes = 0;
  for await (const batch of batches) {
    labels.push(...labelsOf('record scores', batch));
    let part = new Float64Array();
    for await (const frame of program.run(batch, { ...options, firstStop: steps })) {
      for (let row = 0; row < frame.rows; row++) {
        const scores = frame.scores(row);
        classes = scores.length;
        if (part.length === 0) part = new Float64Array(batch.size * steps * classes);
        part.set(scores, (frame.sampleOf(row) * steps + frame.stepOf(row) - 1) * classes);
      }
    }
    parts.push(part);
  }
  requireSamples('record scores', labels.length);
  const scores = new Float64Array(labels.length * steps * classes);
  let at = 0;
  for (const part of parts) {
    scores.set(part, at);
    at += part.length;
  }
  return { ...(await scoreSource(program.network, options)), classes, scores, labels: Int32Array.from(labels) };
}
