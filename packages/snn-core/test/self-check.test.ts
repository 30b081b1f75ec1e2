import { type Batch, type Engine, type Network, referenceEngine } from '@spikewright/snn-core';
import { withSelfCheck } from '@spikewright/snn-core/convert';
import { expect, test } from 'vitest';
import { batch, calibration, caught, dense, input, network, neuron, plain } from './builders.js';

// Class 0 where x > 1/2, class 1 where x < 1/2.
const readout = dense('out', 'cell', [[2]], [-1]);
const twoClasses = dense('classes', 'out', [[1, -1]]);
const ann = network(input(1), plain('relu', 'cell', 'input'), readout, twoClasses);
const spiking = network(input(1), neuron('cell', 'input'), readout, twoClasses);
/** Answers 0 to everything. */
const stuck = network(input(1), neuron('cell', 'input'), dense('classes', 'cell', [[1, -1]], [1, 0]));

/** Samples of class 0, then samples of class 1. */
const samples = (right: number, wrong: number): Batch =>
  batch(...Array.from({ length: right + wrong }, (_, place) => [place < right ? 0.75 : 0.25]));

test('withSelfCheck gives back a network that answers as the ANN does', async () => {
  expect(await withSelfCheck(ann, spiking, calibration([samples(5, 5)]), 'mine')).toBe(spiking);
});

test('withSelfCheck notes where fewer than 90 % of the answers are those of the ANN', async () => {
  const checked = (right: number, wrong: number): Promise<Network> =>
    withSelfCheck(ann, stuck, calibration([samples(right, wrong)]), 'mine', 8);
  expect((await checked(9, 1)).meta.notes).toBeUndefined();
  expect((await checked(8, 2)).meta.notes).toEqual([
    "mine: 8 of 10 calibration samples keep the ANN's answer in 8 steps: give more steps or samples, or see the doctor",
  ]);
});

test('withSelfCheck goes by the last step, the 64th if left to itself', async () => {
  const close = calibration([batch([0.515625], [0.515625])]);
  // No spike after 1 step: 0 - 1/2 says class 1. After 64 steps floor(64 · 33/64) = 33 spikes, and 33 - 32 says class 0.
  const late = network(input(1), neuron('cell', 'input'), dense('out', 'cell', [[1]], [-0.5]), twoClasses);
  expect((await withSelfCheck(ann, late, close, 'mine', 1)).meta.notes).toHaveLength(1);
  expect((await withSelfCheck(ann, late, close, 'mine')).meta.notes).toBeUndefined();
});

test('withSelfCheck takes the first 32 samples, of several batches', async () => {
  const given = [samples(20, 0), samples(12, 8), samples(0, 8)];
  expect((await withSelfCheck(ann, stuck, calibration(given), 'mine')).meta.notes).toBeUndefined();
  const notes = ["mine: 20 of 32 calibration samples keep the ANN's answer in 64 steps: give more steps or samples, or see the doctor"]; // biome-ignore format: one line
  expect((await withSelfCheck(ann, stuck, calibration([samples(20, 20)]), 'mine')).meta.notes).toEqual(notes);
});

test('withSelfCheck notes calibration data of 1 sample, keeps earlier notes, and refuses none', async () => {
  const earlier = { ...spiking, meta: { notes: ['earlier'] } };
  expect((await withSelfCheck(ann, earlier, calibration([samples(1, 0)]), 'mine')).meta.notes).toEqual([
    'earlier',
    "mine: 1 of 1 calibration samples keep the ANN's answer in 64 steps: give more samples",
  ]);
  expect((await caught(() => withSelfCheck(ann, spiking, calibration([]), 'mine'))).message).toBe(
    'Cannot evaluate: the data must hold at least 1 sample: 0 given',
  );
});

test('withSelfCheck runs on the engine of the calibration, whose programs it disposes of, come what may', async () => {
  let open = 0;
  const reference = referenceEngine({ executor: 'count' });
  const dispose = (): void => {
    open -= 1;
  };
  const counting: Engine = {
    name: 'counting',
    compile: async (given) => {
      open += 1;
      return { ...(await reference.compile(given)), dispose };
    },
  };
  expect(await withSelfCheck(ann, spiking, calibration([samples(3, 3)], counting), 'mine')).toBe(spiking);
  expect(open).toBe(0);
  const faulty = calibration([batch([1, 2], [3, 4])], counting);
  expect((await caught(() => withSelfCheck(ann, spiking, faulty, 'mine'))).message).toMatch(/^Cannot run batch: /);
  expect(open).toBe(0);
});

test('withSelfCheck holds a spiking network against the one that it was made from', async () => {
  const given = [samples(5, 5)];
  expect(await withSelfCheck(spiking, spiking, calibration(given), 'pass')).toBe(spiking);
  expect((await withSelfCheck(spiking, stuck, calibration(given), 'pass', 8)).meta.notes).toEqual([
    'pass: 5 of 10 calibration samples keep their answer in 8 steps: give more steps or samples, or see the doctor',
  ]);
});
