import { confidence, entropy, fixedStep, riskControlled, spikeCP, stopSteps } from '@spikewright/cutoff-conformal';
import { argmax, direct, evaluate, noCutoff, poisson, recordScores, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { expect, test } from 'vitest';

const network = withNeurons(tinyNetworks().dense);
const cutoffs = [
  riskControlled({ epsilon: 0.2 }),
  riskControlled({ epsilon: 0.3, delta: 0.5, future: 100 }),
  spikeCP({ alpha: 0.8, size: 2 }),
  fixedStep({ step: 3 }),
  fixedStep({ tolerance: 0.2 }),
  confidence({ threshold: 0.4 }),
  confidence({ tolerance: 0.2 }),
  entropy({ tolerance: 0.2 }),
  noCutoff(),
];

test.each([direct(), poisson()])('stopSteps() are those of real runs, $name', async (encoder) => {
  const run = { steps: 12, encoder, seed: 5 };
  const program = await referenceEngine().compile(network);
  const [calibration, batch] = [tinyBatch(network, 100, 1), tinyBatch(network, 60, 2)];
  const learning = await recordScores(program, asStream(calibration), run);
  const recording = await recordScores(program, asStream(batch), run);
  const distinct = new Set<string>();
  for (const cutoff of cutoffs) {
    const fitted = cutoff.fit?.(learning) ?? null;
    const stops = stopSteps(cutoff, fitted, recording);
    // Step by step, with samples that take each other's places.
    const look = cutoff.start(fitted, recording);
    const last = new Int32Array(60);
    for await (const frame of program.run(batch, run)) {
      for (let row = 0; row < frame.rows; row++) last[frame.sampleOf(row)] = frame.stepOf(row);
      look(frame);
    }
    expect([...stops]).toEqual([...last]);
    // And as evaluate() counts them, with the answers at these steps.
    const evaluation = await evaluate(program, [batch], { ...run, cutoff, fitted });
    expect(evaluation.meanStopStep).toBeCloseTo(stops.reduce((sum, step) => sum + step, 0) / 60, 12);
    const right = stops.reduce((sum, step, sample) => {
      const scores = recording.scores.subarray((sample * 12 + step - 1) * 3, (sample * 12 + step) * 3);
      return sum + (argmax(scores) === recording.labels[sample] ? 1 : 0);
    }, 0);
    expect(evaluation.accuracy[11]).toBeCloseTo(right / 60, 12);
    distinct.add(stops.join());
  }
  // They do stop at different steps.
  expect(distinct.size).toBeGreaterThanOrEqual(5);
  program.dispose();
});

async function* asStream<Item>(...items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
