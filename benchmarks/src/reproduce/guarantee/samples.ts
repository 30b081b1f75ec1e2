import { argmax, type Recording, randomStream } from '@spikewright/snn-core';

/** Some samples of a recording, in the order given; the same one may come more than once. */
export function selectSamples(recording: Recording, samples: Uint32Array): Recording {
  const size = recording.steps * recording.classes;
  const scores = new Float64Array(samples.length * size);
  for (let place = 0; place < samples.length; place++) {
    const at = samples[place] * size;
    scores.set(recording.scores.subarray(at, at + size), place * size);
  }
  return { ...recording, scores, labels: Int32Array.from(samples, (sample) => recording.labels[sample]) };
}

/** Parts 0, 1, ..., samples - 1 at random; the first part has floor(samples / 2) of them. */
export function randomHalves(samples: number, seed: number, split: number): [Uint32Array, Uint32Array] {
  const random = randomStream(seed, split, 1);
  const order = Uint32Array.from({ length: samples }, (_, sample) => sample);
  for (let last = samples - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  const middle = samples >> 1;
  return [order.subarray(0, middle), order.subarray(middle)];
}

/** Draws from 0, 1, ..., samples - 1 with replacement. */
export function drawSamples(samples: number, size: number, seed: number, draw: number): Uint32Array {
  const random = randomStream(seed, draw, 2);
  return Uint32Array.from({ length: size }, () => Math.floor(random() * samples));
}

/** 1 where a sample's answer after a step is right, `[samples, steps]`. */
export function rightAnswers({ steps, classes, scores, labels }: Recording): Uint8Array {
  return Uint8Array.from({ length: labels.length * steps }, (_, place) => {
    const answer = argmax(scores.subarray(place * classes, (place + 1) * classes));
    return answer === labels[Math.floor(place / steps)] ? 1 : 0;
  });
}

/** What came of stopping at given steps. */
export interface Outcome {
  readonly meanStep: number;
  readonly accuracy: number;
  /** Share of samples that would have been right after T steps, and are not. */
  readonly lost: number;
  /** Share of errors beyond those of the full run. */
  readonly errors: number;
}

/** Compares stopping with running on. */
export function outcomeOf(right: Uint8Array, stops: Int32Array): Outcome {
  const samples = stops.length;
  const steps = right.length / samples;
  let [sum, cut, full, lost] = [0, 0, 0, 0];
  stops.forEach((step, sample) => {
    const [early, late] = [right[sample * steps + step - 1], right[(sample + 1) * steps - 1]];
    sum += step;
    cut += early;
    full += late;
    lost += late & ~early;
  });
  return { meanStep: sum / samples, accuracy: cut / samples, lost: lost / samples, errors: (full - cut) / samples };
}
