import { evaluateStops, optimalCutoffTimesteps } from '@spikewright/cutoff-topk';
import { type Batch, direct, type Engine, networkHash, recordScores } from '@spikewright/snn-core';
import { firstOf } from '../first-of.js';
import { CONVERSION_IMAGES, type Form } from './forms.js';
import { DROPOUT, measureCutoffs } from './measure-cutoffs.js';
import { measureRun, rowToRun } from './measure-run.js';
import type { Given } from './read-network.js';
import { AIM, type CutoffRow, type Subject } from './results.js';

/** How a network is measured. */
export interface SubjectPlan {
  readonly engine: Engine;
  readonly steps: number;
  readonly seed: number;
  /** Hears the share of all that is done, from 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** Runs of the test images: the recording, and five rounds with the cutoff and without. */
const TEST_RUNS = 11;

/** Makes a network spike, records it, fits cutoffs, and runs one of them in earnest. */
export async function measureSubject(given: Given, form: Form, plan: SubjectPlan): Promise<Subject> {
  const { name, title, dataSet, network, images, calibration, train, test } = given;
  const { engine, steps, seed, onProgress } = plan;
  const all = TEST_RUNS * images + 2 * calibration;
  let done = 0;
  const count = (more: number): void => {
    done += more;
    onProgress(done / all);
  };
  const conversion = () => firstOf(train(), Math.min(CONVERSION_IMAGES, calibration));
  const snn = await form.converter.convert(network, { batches: conversion, engine });
  const program = await engine.compile(snn);
  try {
    const record = (read: () => AsyncIterable<Batch>, dropout: number) =>
      recordScores(program, counted(read(), count), { steps, encoder: direct(), seed, dropout });
    const recordings = {
      test: await record(test, 0),
      plain: await record(train, 0),
      noisy: await record(train, DROPOUT),
    };
    const cutoffs = measureCutoffs(recordings);
    const run = { program, test, seen: recordings.noisy, row: rowToRun(cutoffs), steps, seed, onImages: count };
    const { mean, accuracy, stops } = optimalCutoffTimesteps(recordings.test);
    const atStep = (step: number): number => evaluateStops(recordings.test, new Int32Array(images).fill(step)).accuracy;
    return {
      network: name,
      title,
      dataSet,
      hash: await networkHash(network),
      method: form.method,
      images,
      calibration,
      accuracy: Array.from({ length: steps }, (_, place) => atStep(place + 1)),
      oct: { accuracy, meanStep: mean, stops },
      cutoffs,
      run: await measureRun(run),
      aimMet: (AIM.dataSets as readonly string[]).includes(dataSet) ? rowsWithinAim(cutoffs) : null,
    };
  } finally {
    program.dispose();
  }
}

const rowsWithinAim = (rows: readonly CutoffRow[]): { level: number; dropout: number }[] =>
  rows
    .filter(({ cutoff, meanStep, loss }) => cutoff === 'Top-K' && meanStep <= AIM.meanStep && loss <= AIM.loss)
    .map(({ level, dropout }) => ({ level, dropout }));

async function* counted(batches: AsyncIterable<Batch>, count: (images: number) => void): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    yield batch;
    count(batch.size);
  }
}
