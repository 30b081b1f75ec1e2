import {
  type Batch,
  type Converter,
  type CutoffPolicy,
  chain,
  describePipeline,
  direct,
  type Engine,
  evaluate,
  identity,
  loadNetwork,
  type Metric,
  type Network,
  networkHash,
  noCutoff,
  noTuner,
  type Pipeline,
  type PipelineResult,
  plain,
  poisson,
  type Recording,
  referenceEngine,
  runPipeline,
  saveNetwork,
  scoreSource,
  type Tuner,
} from '@spikewright/snn-core';
import { integrateAndFire, toSpiking } from '@spikewright/snn-core/convert';
import { describe, expect, test } from 'vitest';
import { batch, caught, dense, input, labelled, network, plain as node, stopAfter } from './builders.js';

/** Two values race: the ANN answers with the larger. */
const ann: Network = network(
  input(2),
  dense('in', 'input', [[1, 0], [0, 1]]), // biome-ignore format: a table
  node('relu', 'cell', 'in'),
  dense('out', 'cell', [[1, 0], [0, 1]]), // biome-ignore format: a table
);
const unit: Converter = {
  role: 'converter',
  spec: 1,
  name: 'unit',
  options: {},
  convert: async (given) => toSpiking(given, { cell: [1] }, integrateAndFire),
};
const two = labelled([0, 1], [0.5, 0.25], [0.25, 0.5]);
const pipeline: Pipeline = { ...plain, steps: 4, converter: unit };

const run = (
  changes: Partial<Pipeline> = {},
  { calibration = two, test: samples = two }: { calibration?: Batch; test?: Batch } = {},
): Promise<PipelineResult> => {
  async function* stream(samples: Batch): AsyncIterable<Batch> {
    yield samples;
  }
  const data = { calibration: () => stream(calibration), test: () => stream(samples) };
  return runPipeline({ ...pipeline, ...changes }, ann, data);
};

describe('runPipeline', () => {
  test('runPipeline converts, measures and says what made the result', async () => {
    const { manifest, hashes, network: spiking, fitted, evaluation } = await run();
    expect(evaluation.accuracy).toEqual([0.5, 1, 1, 1]);
    expect(fitted).toBeNull();
    expect(spiking).toEqual(toSpiking(ann, { cell: [1] }, integrateAndFire));
    expect(hashes).toEqual({ ann: await networkHash(ann), snn: await networkHash(spiking) });
    expect(manifest).toEqual(await describePipeline(pipeline));
  });

  test('runPipeline gives the same result again', async () => {
    const chance = { encoder: poisson(), seed: 7 };
    expect(await run(chance)).toEqual(await run(chance));
    expect((await run({ ...chance, seed: 8 })).evaluation).not.toEqual((await run(chance)).evaluation);
  });

  test('runPipeline fits the cutoff to calibration data, and its stops end the work', async () => {
    // The earliest step from which all calibration answers stay right: 2.
    const seen: Recording[] = [];
    const cutoff: CutoffPolicy = {
      role: 'cutoff',
      spec: 1,
      name: 'first-right',
      options: {},
      fit: (recording) => {
        seen.push(recording);
        const { steps, classes, scores, labels } = recording;
        const right = (sample: number, step: number): boolean => {
          const at = (sample * steps + step - 1) * classes;
          return scores[at + labels[sample]] > scores[at + 1 - labels[sample]];
        };
        let step = steps;
        while (step > 1 && Array.from(labels).every((_, sample) => right(sample, step - 1))) step -= 1;
        return { step };
      },
      start: (fitted, source) => stopAfter((fitted as { step: number }).step).start(null, source),
    };
    const { fitted, evaluation } = await run({ cutoff });
    expect(fitted).toEqual({ step: 2 });
    expect(seen.map(({ steps, classes, scores }) => [steps, classes, scores.length])).toEqual([[4, 2, 16]]);
    expect(evaluation.stops).toEqual([0, 2, 0, 0]);
    // Half the steps: 2 · 2 of 8 multiply-additions, and 1 of 3 spikes.
    expect(evaluation.work.multiplyAccumulates).toEqual({ in: 4, out: 0 });
    expect(evaluation.work.spikes).toEqual({ cell: 1 });
    expect(evaluation.accuracy).toEqual([0.5, 1, 1, 1]);
  });

  test('runPipeline fits the cutoff to samples of its own where it has some, and shows them to nobody else', async () => {
    const given: string[] = [];
    const stream = (name: string, samples: Batch) =>
      async function* (): AsyncIterable<Batch> {
        given.push(name);
        yield samples;
      };
    const converter: Converter = {
      ...unit,
      convert: async (network, calibration) => {
        for await (const _ of calibration.batches()) given.push('seen');
        return unit.convert(network, calibration);
      },
    };
    const cutoff: CutoffPolicy = { ...noCutoff(), fit: ({ labels }) => [...labels] };
    // Without labels: what converters look at needs none.
    const data = { calibration: stream('calibration', batch([1, 1])), test: stream('test', two) };
    const own = stream('own', labelled([1], [0.25, 0.5]));
    const { fitted } = await runPipeline({ ...pipeline, converter, cutoff }, ann, { ...data, cutoffCalibration: own });
    expect(fitted).toEqual([1]);
    expect(given).toEqual(['calibration', 'seen', 'own', 'test']);
    await expect(runPipeline({ ...pipeline, cutoff }, ann, data)).rejects.toThrow('labels');
    // A pipeline that fits nothing does not ask for them.
    given.length = 0;
    await runPipeline(pipeline, ann, { ...data, cutoffCalibration: own });
    expect(given).toEqual(['test']);
  });

  test('runPipeline keeps what the cutoff learnt with the network, where evaluate finds it', async () => {
    const started: unknown[] = [];
    const cutoff: CutoffPolicy = {
      ...noCutoff(),
      name: 'learner',
      fit: ({ network, encoder, steps }) => ({ network, encoder, steps }),
      start: (fitted, source) => {
        started.push([fitted, source]);
        return () => undefined;
      },
    };
    const { network: kept, hashes, fitted } = await run({ cutoff });
    const plainly = toSpiking(ann, { cell: [1] }, integrateAndFire);
    expect(kept).toEqual({ ...plainly, meta: { ...plainly.meta, fits: { learner: fitted } } });
    // What ran is named by the hash, without what was learnt about it.
    expect(hashes.snn).toBe(await networkHash(plainly));
    const source = await scoreSource(kept, pipeline);
    expect(fitted).toEqual(source);
    const saved = loadNetwork(saveNetwork(kept));
    const program = await referenceEngine().compile(saved);
    await evaluate(program, [two], { steps: 4, encoder: direct(), cutoff });
    // Another one's fit is not taken, and one that is given comes first.
    await evaluate(program, [two], { steps: 4, encoder: direct(), cutoff: { ...cutoff, name: 'other' } });
    await evaluate(program, [two], { steps: 3, encoder: direct(), cutoff, fitted: 'given' });
    expect(started).toEqual([
      [source, source],
      [source, source],
      [null, source],
      ['given', { ...source, steps: 3 }],
    ]);
  });

  test("runPipeline records with the cutoff's dropout, and measures without", async () => {
    const seen: (number | undefined)[] = [];
    const engine: Engine = {
      name: 'reference',
      compile: async (given) => {
        const program = await referenceEngine().compile(given);
        return {
          ...program,
          run: (samples, options) => {
            seen.push(options.dropout);
            return program.run(samples, options);
          },
        };
      },
    };
    await run({ engine, cutoff: { ...noCutoff(), fit: () => null, dropout: 0.25 } });
    await run({ engine, cutoff: { ...noCutoff(), fit: () => null } });
    expect(seen.map((share) => share ?? 0)).toEqual([0.25, 0, 0, 0]);
  });

  test('runPipeline lets the tuner change what the converter made, with calibration data and the engine', async () => {
    const tuner: Tuner = {
      role: 'tuner',
      spec: 1,
      name: 'double',
      options: {},
      tune: async (given, { batches, engine }) => {
        let samples = 0;
        for await (const { size } of batches()) samples += size;
        expect([samples, engine]).toEqual([2, pipeline.engine]);
        const nodes = given.nodes.map((one) =>
          one.op === 'neuron' ? { ...one, threshold: { shape: [], data: Float32Array.of(0.5) } } : one,
        );
        return { ...given, nodes };
      },
    };
    // θ = 1/2: sample 0 fires 1111 and 0101, 6 spikes.
    expect((await run({ tuner })).evaluation.work.spikes).toEqual({ cell: 6 });
  });

  test('runPipeline reports its metrics and its progress', async () => {
    const metric: Metric = {
      role: 'metric',
      spec: 1,
      name: 'steps',
      options: {},
      start: () => {
        let steps = 0;
        return {
          observe: (frame) => {
            steps += frame.rows;
          },
          report: () => steps,
        };
      },
    };
    const progress: number[] = [];
    async function* stream(): AsyncIterable<Batch> {
      yield* [two, two];
    }
    const data = { calibration: stream, test: stream, onProgress: (samples: number) => progress.push(samples) };
    const { evaluation } = await runPipeline({ ...pipeline, metrics: [metric] }, ann, data);
    expect(evaluation.metrics).toEqual({ steps: 16 });
    expect(progress).toEqual([2, 4]);
  });

  test('runPipeline frees the program, whatever happens', async () => {
    let [made, freed] = [0, 0];
    const engine: Engine = {
      name: 'reference',
      compile: async (given) => {
        made += 1;
        const program = await referenceEngine().compile(given);
        const dispose = (): void => {
          freed += 1;
        };
        return { ...program, dispose };
      },
    };
    await run({ engine });
    await caught(() => run({ engine }, { test: batch([1, 1]) }));
    expect([made, freed]).toEqual([2, 2]);
  });

  test('neutral plugins change no result', async () => {
    const { evaluation, hashes } = await run();
    const neutral = { converter: chain(identity(), unit, identity()), tuner: noTuner(), cutoff: noCutoff() };
    const same = await run(neutral);
    expect([same.evaluation, same.hashes]).toEqual([evaluation, hashes]);
  });

  test.each<[string, Partial<Pipeline>, Error]>([
    ['no steps', { steps: 0 }, new RangeError('Cannot run the pipeline: steps must be at least 1: 0')],
    ['a negative seed', { seed: -1 }, new RangeError('Cannot run the pipeline: seed must be at least 0: -1')],
    ['half a seed', { seed: 0.5 }, new RangeError('Cannot run the pipeline: seed must be a whole number: 0.5')],
    [
      'a network that stayed an ANN',
      { converter: identity() },
      new TypeError("Cannot run node 'cell' over time: a converter must first replace or fold it: relu"),
    ],
  ])('runPipeline refuses %s', async (_, changes, error) => {
    expect(await caught(() => run(changes))).toEqual(error);
  });
});
