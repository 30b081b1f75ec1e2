import { argmax, type Recording } from '@spikewright/snn-core';
import { leadOf } from './lead.js';

/** What each sample of a recording answers after each step; all arrays are `[samples, steps]`. */
export interface Answers {
  /** Top1 - Top2 of the summed scores. */
  readonly leads: Float64Array;
  /** 1 where the answer is right after this step and every later one. Ties go to the lower class. */
  readonly stable: Uint8Array;
}

/** Reads leads and stable answers off a recording. */
export function answersOf({ steps, classes, scores, labels }: Recording): Answers {
  const places = labels.length * steps;
  const leads = new Float64Array(places);
  const stable = new Uint8Array(places);
  for (let place = places - 1; place >= 0; place--) {
    const at = scores.subarray(place * classes, (place + 1) * classes);
    leads[place] = leadOf(at);
    const right = argmax(at) === labels[Math.floor(place / steps)] ? 1 : 0;
    const isLast = place % steps === steps - 1;
    stable[place] = isLast ? right : right & stable[place + 1];
  }
  return { leads, stable };
}
