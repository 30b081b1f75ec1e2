import { type Batch, direct, recordScores, referenceEngine, scoreSource } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { batch, caught, dense, input, labelled, network, neuron } from './builders.js';

const race = network(
  input(2),
  dense('in', 'input', [[1, 0], [0, 1]]), // biome-ignore format: a table
  neuron('cell', 'in'),
  dense('out', 'cell', [[1, 0], [0, 1]]), // biome-ignore format: a table
);
// Neurons of 0.5 fire in steps 2 and 4, of 0.25 in step 4, of 1 in every step.
const two = labelled([0, 1], [0.5, 0.25], [0.25, 0.5]);
async function* stream(...batches: Batch[]): AsyncIterable<Batch> {
  yield* batches;
}
const options = { steps: 4, encoder: direct(), seed: 0 };

test('recordScores keeps scores by sample, step and class', async () => {
  const program = await referenceEngine({ rows: 1 }).compile(race);
  const { scores, ...rest } = await recordScores(program, stream(two, labelled([0], [1, 0])), options);
  const source = await scoreSource(race, options);
  expect(rest).toEqual({ ...source, classes: 2, labels: Int32Array.of(0, 1, 0) });
  expect(source.steps).toBe(4);
  expect([...scores]).toEqual(
    [
      [0, 0, 1, 0, 1, 0, 2, 1],
      [0, 0, 0, 1, 0, 1, 1, 2],
      [1, 0, 2, 0, 3, 0, 4, 0],
    ].flat(),
  );
});

test('recordScores records with dropout', async () => {
  const record = async (dropout: number): Promise<number[]> => {
    const program = await referenceEngine().compile(race);
    return [...(await recordScores(program, stream(two), { ...options, dropout })).scores];
  };
  // Each of 6 spikes is lost or counts 2.
  expect((await record(0.5)).every((score) => score % 2 === 0)).toBe(true);
  expect(await record(0.5)).not.toEqual(await record(0));
});

test('recordScores does not depend on rows or batches', async () => {
  const record = async (rows: number, ...batches: Batch[]): Promise<number[]> => [
    ...(await recordScores(await referenceEngine({ rows }).compile(race), stream(...batches), options)).scores,
  ];
  expect(await record(1, two)).toEqual(await record(8, two));
  expect(await record(8, labelled([0], [0.5, 0.25]), labelled([1], [0.25, 0.5]))).toEqual(await record(8, two));
});

test('recordScores refuses batches without labels', async () => {
  const program = await referenceEngine().compile(race);
  expect(await caught(() => recordScores(program, stream(batch([1, 1])), options))).toEqual(
    new TypeError('Cannot record scores: every batch must have labels: none given'),
  );
});
