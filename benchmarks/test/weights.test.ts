import { existsSync } from 'node:fs';
import { norm } from '@spikewright/converters-norm';
import { direct, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { onlyRight, recordAnswers } from '../src/weights/answers.js';
import type { WeightResult, WeightResults } from '../src/weights/results.js';
import { readSubject, withMeanPooling } from '../src/weights/subject.js';
import { timeWeights } from '../src/weights/time-weights.js';
import { weightTable } from '../src/weights/weight-table.js';

const MODELS = '../shared/data/models';

const compile = () => referenceEngine().compile(withNeurons(tinyNetworks().deep));

test('recordAnswers() keeps the class with the highest score after the given steps, by place in the data set', async () => {
  const batch = tinyBatch(tinyNetworks().deep, 3);
  const { program, answers } = recordAnswers(await compile(), [2, 4]);
  const scores: number[][] = [];
  for await (const frame of program.run(batch, { steps: 4, encoder: direct(), seed: 0 })) {
    for (let row = 0; row < frame.rows; row++) {
      if (frame.stepOf(row) === 4) scores[batch.indices[frame.sampleOf(row)]] = [...frame.scores(row)];
    }
  }
  expect([...answers.keys()]).toEqual([2, 4]);
  for (const [index, answer] of answers.get(4)!) expect(answer).toBe(scores[index].indexOf(Math.max(...scores[index])));
  expect([...answers.get(4)!.keys()].sort()).toEqual([...batch.indices].sort());
});

test('onlyRight() counts what is right in the first and wrong in the second', () => {
  const labels = [7, 8, 9];
  const ours = new Map([
    [0, 7],
    [1, 8],
    [2, 0],
  ]);
  const theirs = new Map([
    [0, 7],
    [1, 0],
    [2, 9],
  ]);
  expect([onlyRight(ours, theirs, labels), onlyRight(theirs, ours, labels)]).toEqual([1, 1]);
});

test('timeWeights() takes so many rounds of each program; the first compares with itself', async () => {
  const programs = [await compile(), await compile()];
  const timings = await timeWeights(programs, tinyBatch(tinyNetworks().deep, 3), 2, 3);
  expect(timings.map(({ rounds }) => rounds.length)).toEqual([3, 3]);
  expect(timings[0].ratio).toBe(1);
  expect(timings[1].min).toBeLessThanOrEqual(timings[1].median);
});

test('weightTable() has a line for each type of weights', () => {
  const result: WeightResult = {
    weights: '8 bits',
    checkpoints: [
      { step: 4, accuracy: 0.5, gained: 0, lost: 0 },
      { step: 8, accuracy: 0.75, gained: 2, lost: 1 },
    ],
    spikes: 1234,
    synapticOperations: 56_789,
    timing: { median: 0.25, min: 0.25, max: 0.25, busy: 0.25, ratio: 0.5, rounds: [] },
  };
  const results: WeightResults = {
    format: 1,
    benchmark: 'weights',
    date: '2025-01-01',
    machine: { cpu: 'A processor', cores: 1, memory: 1, system: 'linux x64', node: '20.0.0' },
    versions: {},
    network: { name: 'small', hash: '0123456789abcdef', source: {} },
    data: 'mnist',
    images: 4,
    calibration: 2,
    seed: 1,
    steps: 8,
    batch: 4,
    annAccuracy: 1,
    results: [result],
  };
  expect(weightTable(results)).toContain('small (0123456789ab), 4 test images of mnist, norm() on 2 training images');
  expect(weightTable(results)).toMatch(
    /8 bits .* 50\.00 .* 75\.00 .* 1,234 .* 56,789 .* 0\.250 .* 0\.250 .* 0\.50 .* \+2 -1 /,
  );
});

test('readSubject() says what a network can be where there is none', async () => {
  await expect(readSubject('absent', 'no-models')).rejects.toThrow(
    /^Cannot measure weights: the network must be a file, to be made by pnpm train, or one of allconv, .*: absent$/,
  );
  await expect(readSubject('cntk', 'no-models')).rejects.toThrow(
    "Cannot read model: the folder of --models must hold cntk-mnist.onnx: 'no-models'",
  );
});

test.skipIf(!existsSync(MODELS))(
  'readSubject() reads a published network; its max pooling is averaged before it spikes (skipped without ../shared/data)',
  async () => {
    const { ann, dataSet } = await readSubject('cntk', MODELS);
    expect([dataSet, ann.meta.name]).toEqual(['mnist', 'ONNX: max pooling (CNTK), MNIST']);
    const calibration = {
      batches: async function* () {
        yield tinyBatch(ann, 2);
      },
      engine: referenceEngine(),
    };
    const { nodes } = await withMeanPooling(ann, norm()).convert(ann, calibration);
    expect(nodes.filter(({ op }) => op === 'maxPool2d')).toEqual([]);
    expect(nodes.filter(({ op }) => op === 'avgPool2d').length).toBe(2);
  },
);
