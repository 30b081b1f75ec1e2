import type { Recording } from '@spikewright/snn-core';

/** Outputs `[step][sample][class]` of a worked example: 4 samples of 3 classes over 3 steps. */
const outputs = [
  [
    [1, 0, 0],
    [0.2, 0.1, 0],
    [0, 0.5, 0.4],
    [0.3, 0.6, 0],
  ],
  [
    [1, 0, 0],
    [0.5, 0, 0],
    [0, 0.1, 0.6],
    [0.9, 0.1, 0],
  ],
  [
    [1, 0.2, 0],
    [0.1, 0, 0.6],
    [0, 0.1, 0.5],
    [0.8, 0, 0],
  ],
];

/** The example as a recording: outputs summed over the steps. */
export const a6: Recording = {
  network: 'a6',
  encoder: '{"name":"direct"}',
  steps: 3,
  classes: 3,
  scores: summed(),
  labels: Int32Array.of(0, 0, 2, 0),
};

function summed(): Float64Array {
  const scores = new Float64Array(4 * 3 * 3);
  scores.forEach((_, place) => {
    const [sample, step, label] = [Math.floor(place / 9), Math.floor(place / 3) % 3, place % 3];
    scores[place] = (step > 0 ? scores[place - 3] : 0) + outputs[step][sample][label];
  });
  return scores;
}
