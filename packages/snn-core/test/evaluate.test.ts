import {
  argmax,
  type Batch,
  direct,
  type Engine,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  evaluateAnn,
  type Frame,
  type Metric,
  type Network,
  poisson,
  referenceEngine,
} from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { batch, caught, dense, input, labelled, network, neuron, plain, stopAfter } from './builders.js';

/** Two neurons that read two values; no weight but four ones and four zeros. */
const race = network(
  input(2),
  dense('in', 'input', [[1, 0], [0, 1]]), // biome-ignore format: a table
  neuron('cell', 'in'),
  dense('out', 'cell', [[1, 0], [0, 1]]), // biome-ignore format: a table
);
// Sample 0 fires 0101 and 0001, sample 1 the other way round. Scores of sample 1 after each step:
// (0, 0), (0, 1), (0, 1), (1, 2). Nothing has fired after step 1, and ties go to class 0: right for sample 0 only.
const two = labelled([0, 1], [0.5, 0.25], [0.25, 0.5]);

async function measure(
  samples: Batch | Batch[],
  options: Partial<EvaluateOptions> = {},
  spiking: Network = race,
  engine = referenceEngine(),
): Promise<Evaluation> {
  const batches = Array.isArray(samples) ? samples : [samples];
  return evaluate(await engine.compile(spiking), batches, { steps: 4, encoder: direct(), ...options });
}

test('argmax is the place of the largest value, the first of equals', () => {
  expect([argmax([1, 3, 2]), argmax([2, 2]), argmax([-5]), argmax(Float32Array.of(-2, -1))]).toEqual([1, 0, 0, 1]);
});

describe('evaluate', () => {
  test('evaluate counts answers, spikes and operations', async () => {
    expect(await measure(two)).toEqual({
      samples: 2,
      steps: 4,
      accuracy: [0.5, 1, 1, 1],
      meanStopStep: 4,
      stops: [0, 0, 0, 2],
      work: {
        // 2 + 1 spikes of each sample, each to one synapse; two values to one synapse in each of four steps
        spikes: { cell: 3 },
        accumulates: { in: 0, out: 3 },
        multiplyAccumulates: { in: 8, out: 0 },
      },
      workByStep: [
        { spikes: 0, accumulates: 0, multiplyAccumulates: 2 },
        { spikes: 1, accumulates: 1, multiplyAccumulates: 2 },
        { spikes: 0, accumulates: 0, multiplyAccumulates: 2 },
        { spikes: 2, accumulates: 2, multiplyAccumulates: 2 },
      ],
      metrics: {},
    });
  });

  test('evaluate spends nothing on a sample after its stop, and keeps its answer', async () => {
    // Sample 0 stops after step 1 (answer 0, right), sample 1 after step 3 (answer 1, right).
    const cutoff = {
      ...stopAfter(1),
      start: () => (frame: Frame) => {
        for (let row = 0; row < frame.rows; row++) {
          if (frame.stepOf(row) === (frame.sampleOf(row) === 0 ? 1 : 3)) frame.stop(row);
        }
      },
    };
    const { accuracy, stops, meanStopStep, work, workByStep } = await measure(two, { cutoff });
    expect({ accuracy, stops, meanStopStep }).toEqual({
      accuracy: [0.5, 1, 1, 1],
      stops: [1, 0, 1, 0],
      meanStopStep: 2,
    });
    // Sample 0: no spike, 2 MAC. Sample 1: 1 spike in step 2, 3 · 2 MAC. On average half of that.
    expect(work).toEqual({
      spikes: { cell: 0.5 },
      accumulates: { in: 0, out: 0.5 },
      multiplyAccumulates: { in: 4, out: 0 },
    });
    expect(workByStep.map(({ multiplyAccumulates }) => multiplyAccumulates)).toEqual([2, 1, 1, 0]);
  });

  test('evaluate tells the engine when a first stop may come', async () => {
    const told: (number | undefined)[] = [];
    const reference = referenceEngine();
    const engine: Engine = {
      ...reference,
      compile: async (network) => {
        const program = await reference.compile(network);
        return {
          ...program,
          run: (samples, options) => {
            told.push(options.firstStop);
            return program.run(samples, options);
          },
        };
      },
    };
    await measure(two, {}, race, engine);
    await measure(two, { cutoff: { ...stopAfter(2), firstStop: () => 2 } }, race, engine);
    await measure(two, { cutoff: stopAfter(2) }, race, engine);
    expect(told).toEqual([4, 2, undefined]);
  });

  test('evaluate keeps a wrong answer as well', async () => {
    const { accuracy } = await measure(two, { cutoff: stopAfter(1) });
    expect(accuracy).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  test('evaluate shows null for steps that the count executor does not show', async () => {
    const { accuracy, stops, work } = await measure(two, {}, race, referenceEngine({ executor: 'count' }));
    expect({ accuracy, stops }).toEqual({ accuracy: [null, null, null, 1], stops: [0, 0, 0, 2] });
    expect(work).toEqual({
      spikes: { cell: 3 },
      accumulates: { in: 0, out: 3 },
      multiplyAccumulates: { in: 8, out: 0 },
    });
  });

  test('evaluate gives the same for any batch size', async () => {
    const spiking = withNeurons(tinyNetworks().concat);
    const all = tinyBatch(spiking, 10);
    const size = all.data.length / 10;
    const part = (from: number, to: number): Batch => ({
      size: to - from,
      data: all.data.subarray(from * size, to * size),
      labels: all.labels!.subarray(from, to),
      indices: all.indices.subarray(from, to),
    });
    const options = { steps: 5, encoder: poisson(), seed: 2 };
    const whole = await measure(all, options, spiking);
    const parts = await measure([part(0, 1), part(1, 4), part(4, 10)], options, spiking);
    expect(parts).toEqual(whole);
    expect(whole.work.spikes.relu).toBeGreaterThan(0);
    const single = referenceEngine({ rows: 1 });
    expect(await measure(all, options, spiking, single)).toEqual(whole);
    expect(await measure(all, { ...options, seed: 3 }, spiking)).not.toEqual(whole);
  });

  test('evaluate takes the sizes of negative spikes and bursts', async () => {
    const cells = network(input(1), neuron('cell', 'input', { levels: [-1, 3] }), dense('out', 'cell', [[1]]));
    // v: 3 -> 3; the encoder alternates 3 and -1.
    const encoder = {
      ...direct(),
      output: 'spikes' as const,
      start: () => (_image: Float32Array, _sample: number, step: number, into: Float64Array) => {
        into[0] = step === 1 ? 3 : -1;
      },
    };
    const { work } = await measure(labelled([0], [0]), { steps: 2, encoder }, cells);
    expect(work).toEqual({ spikes: { cell: 4 }, accumulates: { out: 4 }, multiplyAccumulates: { out: 0 } });
  });

  test('evaluate lets metrics see every frame, detached, and reports them by name', async () => {
    const metric: Metric = {
      role: 'metric',
      spec: 1,
      name: 'frames',
      options: {},
      start: ({ nodes }) => {
        const seen: string[] = [];
        return {
          observe: (frame) => {
            for (let row = 0; row < frame.rows; row++) seen.push(`${frame.sampleOf(row)}@${frame.stepOf(row)}`);
          },
          report: () => ({ nodes: nodes.length, seen }),
        };
      },
    };
    const { metrics } = await measure(two, { steps: 2, metrics: [metric] });
    expect(metrics).toEqual({ frames: { nodes: 4, seen: ['0@1', '1@1', '0@2', '1@2'] } });
  });

  test('evaluate hands the cutoff what was fitted, and tells progress', async () => {
    const started: unknown[] = [];
    const cutoff = {
      ...stopAfter(9),
      start: (fitted: unknown) => {
        started.push(fitted);
        return () => undefined;
      },
    };
    const progress: number[] = [];
    await measure([two, two], { cutoff, fitted: { beta: 1 }, onProgress: (samples) => progress.push(samples) });
    await measure(two, { cutoff });
    expect(started).toEqual([{ beta: 1 }, null]);
    expect(progress).toEqual([2, 4]);
  });

  test.each<[string, Batch[], Partial<EvaluateOptions>, Error]>([
    ['no sample', [], {}, new RangeError('Cannot evaluate: the data must hold at least 1 sample: 0 given')],
    ['no labels', [batch([1, 1])], {}, new TypeError('Cannot evaluate: every batch must have labels: none given')],
    ['no steps', [two], { steps: 0 }, new RangeError('Cannot evaluate: steps must be at least 1: 0')],
    ['negative steps', [two], { steps: -1 }, new RangeError('Cannot evaluate: steps must be at least 1: -1')],
    ['half a step', [two], { steps: 1.5 }, new RangeError('Cannot evaluate: steps must be a whole number: 1.5')],
    ['a negative seed', [two], { seed: -1 }, new RangeError('Cannot run: seed must be at least 0: -1')],
  ])('evaluate refuses %s', async (_, batches, options, error) => {
    expect(await caught(() => measure(batches, options))).toEqual(error);
  });
});

describe('evaluateAnn', () => {
  const ann = network(input(2), dense('layer', 'input', [[1, 0], [0, 1]]), plain('relu', 'out', 'layer')); // biome-ignore format: a table

  test('evaluateAnn counts right answers, ties for the lower class', async () => {
    const program = await referenceEngine().compile(ann);
    // Answers 0, 1, 0 (a tie); labels 0, 0, 0 and then 1.
    const progress: number[] = [];
    const batches = [labelled([0, 0, 0], [2, 1], [1, 2], [1, 1]), labelled([1], [0, 3])];
    const found = await evaluateAnn(program, batches, (samples) => progress.push(samples));
    expect(found).toEqual({ samples: 4, accuracy: 3 / 4 });
    expect(progress).toEqual([3, 4]);
  });

  test('evaluateAnn refuses no sample and no labels', async () => {
    const program = await referenceEngine().compile(ann);
    expect(await caught(() => evaluateAnn(program, []))).toBeInstanceOf(RangeError);
    expect(await caught(() => evaluateAnn(program, [batch([1, 1])]))).toBeInstanceOf(TypeError);
  });
});
