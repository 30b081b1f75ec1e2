import type { Recording } from '@spikewright/snn-core';

/**
 * Refuses a recording that nothing can be learnt from.
 *
 * @throws TypeError for arrays that do not fit together, RangeError for no sample, no step, fewer than 2 classes, a label that
 * is no class, labels of one class only, or a score that is not finite
 */
export function checkRecording(action: string, { steps, classes, scores, labels }: Recording): void {
  const fail = (rule: string, value: number): never => {
    throw new RangeError(`Cannot ${action}: ${rule}: ${value}`);
  };
  if (labels.length === 0) fail('the recording must hold at least 1 sample', 0);
  if (!Number.isInteger(steps) || steps < 1) fail('the recording must have at least 1 step', steps);
  if (!Number.isInteger(classes) || classes < 2) fail('the scores must be of at least 2 classes', classes);
  const length = labels.length * steps * classes;
  if (scores.length !== length) {
    const shape = `[${labels.length}, ${steps}, ${classes}]`;
    throw new TypeError(
      `Cannot ${action}: scores must be [samples, steps, classes] = ${shape}, ${length} numbers: ${scores.length}`,
    );
  }
  const stranger = labels.find((label) => label < 0 || label >= classes);
  if (stranger !== undefined) fail(`labels must be from 0 to ${classes - 1}`, stranger);
  if (labels.every((label) => label === labels[0])) fail('labels must be of at least 2 classes: all are', labels[0]);
  const odd = scores.findIndex((score) => !Number.isFinite(score));
  if (odd >= 0) fail(`scores must be finite: sample ${Math.floor(odd / (steps * classes))}`, scores[odd]);
}
