import { type Recording, randomStream } from '@spikewright/snn-core';

/** A recording from the label of each sample and its summed scores after each step. */
export function recordingOf(
  rows: readonly (readonly [label: number, ...scores: readonly (readonly number[])[]])[],
): Recording {
  const [[, ...first]] = rows;
  return {
    network: 'a network',
    encoder: '{}',
    steps: first.length,
    classes: first[0].length,
    labels: Int32Array.from(rows, ([label]) => label),
    scores: Float64Array.from(rows.flatMap(([, ...scores]) => scores.flat())),
  };
}

/** Samples whose right class wins sooner or later, and now and then never; of few classes. */
export function randomRecording(samples: number, seed: number, steps = 4, classes = 3): Recording {
  const random = randomStream(seed, samples);
  const rows = Array.from({ length: samples }, (_, sample) => {
    const label = sample < 2 ? sample : Math.floor(random() * classes);
    const ease = 0.8 * random();
    let sum = Array.from({ length: classes }, () => 0);
    const scores = Array.from({ length: steps }, () => {
      sum = sum.map((score, c) => score + random() + (c === label ? ease : 0));
      return sum;
    });
    return [label, ...scores] as const;
  });
  return recordingOf(rows);
}

/** Some samples of a recording, also the same one more than once. */
export function selectSamples(recording: Recording, samples: readonly number[]): Recording {
  const size = recording.steps * recording.classes;
  const scores = new Float64Array(samples.length * size);
  samples.forEach((sample, place) => {
    scores.set(recording.scores.subarray(sample * size, (sample + 1) * size), place * size);
  });
  return { ...recording, scores, labels: Int32Array.from(samples, (sample) => recording.labels[sample]) };
}
