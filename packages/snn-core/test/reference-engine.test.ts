import {
  type Batch,
  direct,
  type Encoder,
  type Frame,
  type Network,
  type Node,
  noCutoff,
  poisson,
  type ReferenceOptions,
  type RunOptions,
  referenceEngine,
  scoreSource,
} from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seeds } from './arbitraries.js';
import { batch, caught, dense, infer, input, network, neuron, plain, type Shown, trace, vector } from './builders.js';

/** One spiking network with memory of every kind. */
const spiking: Network = withNeurons(tinyNetworks().residualIdentity, { levels: [-1, 1], threshold: [0.5, 1] });
const samples: Batch = tinyBatch(spiking, 12);
const run = { steps: 6, encoder: poisson({ rate: 0.8 }), seed: 3 };

/** Samples of a batch, in another order. */
function pick(from: Batch, places: readonly number[]): Batch {
  const size = from.data.length / from.size;
  return {
    size: places.length,
    data: Float32Array.from(places.flatMap((place) => [...from.data.subarray(place * size, (place + 1) * size)])),
    indices: Uint32Array.from(places, (place) => from.indices[place]),
  };
}

describe('independence', () => {
  test('permuting samples permutes results, and taking some changes none', async () => {
    const all = await trace(spiking, samples, run);
    const places = fc.shuffledSubarray([...all.keys()], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 5 }), async (order, rows) => {
        const engine = referenceEngine({ rows });
        const some = await trace(spiking, pick(samples, order), { ...run, engine });
        expect(some).toEqual(order.map((place) => all[place]));
      }),
      { numRuns: 20 },
    );
  });

  test.each([1, 2, 5, 12, 1000])('rows = %i change nothing', async (rows) => {
    const engine = referenceEngine({ rows });
    expect(await trace(spiking, samples, { ...run, engine })).toEqual(await trace(spiking, samples, run));
  });

  test('frame.stop ends a sample and leaves its neighbours as they are', async () => {
    const all = await trace(spiking, samples, run);
    const stops = fc.array(fc.integer({ min: 1, max: run.steps }), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(stops, fc.integer({ min: 1, max: 13 }), async (last, rows) => {
        const watch = (frame: Frame): void => {
          for (let row = 0; row < frame.rows; row++) {
            if (frame.stepOf(row) === last[frame.sampleOf(row)]) frame.stop(row);
          }
        };
        const stopped = await trace(spiking, samples, { ...run, engine: referenceEngine({ rows }), watch });
        expect(stopped).toEqual(all.map((steps, sample) => steps.slice(0, last[sample])));
      }),
      { numRuns: 20 },
    );
  });

  test('a neutral cutoff changes nothing', async () => {
    const watch = noCutoff().start(null, await scoreSource(spiking, run));
    expect(await trace(spiking, samples, { ...run, watch })).toEqual(await trace(spiking, samples, run));
  });

  test('running the same program twice, or two runs side by side, gives the same', async () => {
    const program = await referenceEngine().compile(spiking);
    const scores = (frames: Iterable<Frame>): number[][] => Array.from(frames, (frame) => [...frame.scores(0)]);
    const start = (): Iterable<Frame> => program.run(samples, run) as Iterable<Frame>;
    const alone = scores(start());
    const side: [number[][], number[][]] = [[], []];
    const [a, b] = [start()[Symbol.iterator](), start()[Symbol.iterator]()];
    for (let [x, y] = [a.next(), b.next()]; !x.done && !y.done; [x, y] = [a.next(), b.next()]) {
      side[0].push([...x.value.scores(0)]);
      side[1].push([...y.value.scores(0)]);
    }
    expect(side).toEqual([alone, alone]);
  });
});

describe('time', () => {
  const echo = network(input(1), dense('layer', 'input', [[1]]), neuron('cell', 'layer'), dense('out', 'cell', [[2]]));

  test('rows have clocks of their own: the next sample takes the place of a finished one', async () => {
    const seen: string[] = [];
    const watch = (frame: Frame): void => {
      const row = (place: number): string => `${frame.sampleOf(place)}@${frame.stepOf(place)}`;
      seen.push(Array.from({ length: frame.rows }, (_, place) => row(place)).join(' '));
      for (let place = 0; place < frame.rows; place++) if (frame.sampleOf(place) === 0) frame.stop(place);
    };
    await trace(echo, batch([1], [1], [1], [1]), { steps: 3, engine: referenceEngine({ rows: 2 }), watch });
    // Sample 0 stops after its first step, and sample 2 takes its place.
    expect(seen).toEqual(['0@1 1@1', '2@1 1@2', '2@2 1@3', '2@3 3@1', '3@2', '3@3']);
  });

  test('scores are the sums of the read-out', async () => {
    // A current of 0.5 fires in steps 2 and 4; each spike adds 2.
    const [steps] = await trace(echo, batch([0.5]), { steps: 4 });
    expect(steps.map(({ scores }) => scores)).toEqual([[0], [2], [2], [4]]);
  });

  test('a spike crosses all layers within its step', async () => {
    const deep = network(
      input(1),
      neuron('one', 'input'),
      dense('layer', 'one', [[1]]),
      neuron('two', 'layer'),
      dense('out', 'two', [[1]]),
    );
    const [[{ spikes, scores }]] = await trace(deep, batch([1]), { steps: 1 });
    expect([spikes, scores]).toEqual([{ one: [1], two: [1] }, [1]]);
  });

  test('leaving the loop, or stopping all samples, ends all work', async () => {
    let encoded = 0;
    const spy: Encoder = {
      ...direct(),
      output: 'spikes',
      start: () => (image, _sample, _step, into) => {
        encoded += 1;
        into.set(image);
      },
    };
    const program = await referenceEngine({ rows: 2 }).compile(echo);
    const frames = (): Iterable<Frame> =>
      program.run(batch([1], [1], [1], [1]), { steps: 10, encoder: spy, seed: 0 }) as Iterable<Frame>;
    for (const _ of frames()) break;
    expect(encoded).toBe(2);
    encoded = 0;
    for (const frame of frames()) for (let row = 0; row < frame.rows; row++) frame.stop(row);
    expect(encoded).toBe(4);
  });

  test('an encoder of constant output is asked once a sample, one of spikes in every step', async () => {
    const asked: string[] = [];
    const spy = (output: Encoder['output']): Encoder => ({
      ...direct(),
      output,
      start: (seed) => (image, sample, step, into) => {
        asked.push(`${seed}: ${sample}@${step}`);
        into.set(image);
      },
    });
    const shown: Shown[][][] = [];
    for (const output of ['constant', 'spikes'] as const) {
      shown.push(
        await trace(
          echo,
          { ...batch([0.5]), indices: Uint32Array.of(40) },
          { steps: 3, encoder: spy(output), seed: 9 },
        ),
      );
    }
    expect(asked).toEqual(['9: 40@1', '9: 40@1', '9: 40@2', '9: 40@3']);
    expect(shown[0][0].map(({ scores }) => scores)).toEqual(shown[1][0].map(({ scores }) => scores));
  });
});

describe('infer', () => {
  const ann = network(input(2), dense('layer', 'input', [[1, -1], [1, 1]]), plain('relu', 'out', 'layer')); // biome-ignore format: a table

  test('infer gives the read-out of every sample, and shows every node', async () => {
    const program = await referenceEngine().compile(ann);
    const seen: [string, number[], number][] = [];
    const result = await program.infer(batch([2, 1], [1, 3]), (node, values, sample) => {
      seen.push([node, Array.from(values), sample]);
    });
    expect([...result]).toEqual([3, 0, 4, 2]);
    expect(seen).toEqual([
      ['input', [2, 1], 0],
      ['layer', [3, -1], 0],
      ['out', [3, 0], 0],
      ['input', [1, 3], 1],
      ['layer', [4, 2], 1],
      ['out', [4, 2], 1],
    ]);
    expect(program.network).toBe(ann);
  });

  test('infer treats samples apart', async () => {
    const { chain } = tinyNetworks();
    const some = tinyBatch(chain, 5);
    const together = await infer(chain, some);
    for (let sample = 0; sample < 5; sample++) {
      expect(await infer(chain, pick(some, [sample]))).toEqual(together.subarray(sample * 3, (sample + 1) * 3));
    }
  });
});

describe('refusals', () => {
  const ann = network(input(2), dense('layer', 'input', [[1], [1]]), plain('relu', 'out', 'layer'));
  const snn = network(input(2), dense('layer', 'input', [[1], [1]]), neuron('out', 'layer'));
  const good = batch([1, 1], [0, 0]);
  const options = { steps: 2, encoder: direct(), seed: 0 };

  test.each<[unknown, string]>([
    [{ rows: 0 }, "'rows'"],
    [{ rows: 1.5 }, "'rows'"],
    [{ rows: '8' }, "'rows'"],
    [{ row: 8 }, "'row'"],
    [{ executor: 'counts' }, "'executor'"],
  ])('referenceEngine refuses the options %j', (given, key) => {
    const make = (): unknown => referenceEngine(given as ReferenceOptions);
    expect(make).toThrow(expect.objectContaining({ name: 'OptionsError', message: expect.stringContaining(key) }));
  });

  test('referenceEngine says in its name which executor it is', () => {
    expect(referenceEngine().name).toBe('reference');
    expect(referenceEngine({ executor: 'count', rows: 1 }).name).toBe('reference-count');
  });

  const refused: [what: string, network: Network, batch: Batch, change: Partial<RunOptions>, expected: Error][] = [
    ['0 steps', snn, good, { steps: 0 }, new RangeError('Cannot run: steps must be at least 1: 0')],
    ['1.5 steps', snn, good, { steps: 1.5 }, new RangeError('Cannot run: steps must be a whole number: 1.5')],
    ['a first stop of 0', snn, good, { firstStop: 0 }, new RangeError('Cannot run: firstStop must be at least 1: 0')],
    ['a seed below 0', snn, good, { seed: -1 }, new RangeError('Cannot run: seed must be at least 0: -1')],
    ['a broken seed', snn, good, { seed: 0.5 }, new RangeError('Cannot run: seed must be a whole number: 0.5')],
    ['a huge seed', snn, good, { seed: 2 ** 32 }, new RangeError('Cannot run: seed must be at most 4294967295: 4294967296')],
    ['an empty batch', snn, batch(), {}, new RangeError('Cannot run batch: it must hold at least 1 sample: 0')],
    ['a part of a sample', snn, { ...good, data: new Float32Array(3) }, {}, new TypeError('Cannot run batch: 2 samples of shape [2] are 4 values: 3 given')],
    ['too few indices', snn, { ...good, indices: new Uint32Array(1) }, {}, new TypeError('Cannot run batch: indices and labels must have 2 values: 1 indices, no labels')],
    ['too many labels', snn, { ...good, labels: new Int32Array(3) }, {}, new TypeError('Cannot run batch: indices and labels must have 2 values: 2 indices, 3 labels')],
    ['NaN', snn, batch([1, 1], [0, Number.NaN]), {}, new RangeError('Cannot run batch: values must be finite: NaN in sample 1')],
    ['an infinite value', snn, batch([Number.NEGATIVE_INFINITY, 1]), {}, new RangeError('Cannot run batch: values must be finite: -Infinity in sample 0')],
    ['an ANN', ann, good, {}, new TypeError("Cannot run node 'out' over time: a converter must first replace or fold it: relu")],
    ['a network of no neurons', network(...ann.nodes.slice(0, 2)), good, {}, new TypeError('Cannot run network over time: it must have neurons (convert it first): none found')],
  ]; // biome-ignore format: a table
  test.each(refused)('run refuses %s, before any frame is asked for', async (_, which, samples, change, expected) => {
    for (const executor of ['step', 'count'] as const) {
      const program = await referenceEngine({ executor }).compile(which);
      expect(await caught(() => program.run(samples, { ...options, ...change }))).toEqual(expected);
    }
  });

  const window = { size: [1, 1], strides: [1, 1], padding: 'valid' } as const;
  const one = vector(1);
  test.each<Node>([
    plain('relu', 'left', 'cell'),
    plain('softmax', 'left', 'cell'),
    { op: 'clip', name: 'left', inputs: ['cell'], lambda: 1 },
    { op: 'qcfs', name: 'left', inputs: ['cell'], lambda: 1, levels: 4 },
    { op: 'maxPool2d', name: 'left', inputs: ['cell'], ...window },
    { op: 'batchNorm', name: 'left', inputs: ['cell'], gamma: one, beta: one, mean: one, variance: one, epsilon: 0 },
  ])('run names a left $op', async (left) => {
    const half = network(input(1, 1, 1), neuron('cell', 'input'), left);
    const program = await referenceEngine().compile(half);
    const message = `Cannot run node 'left' over time: a converter must first replace or fold it: ${left.op}`;
    expect(await caught(() => program.run(batch([1]), options))).toEqual(new TypeError(message));
  });

  test('infer refuses a spiking network and odd batches', async () => {
    expect(await caught(() => infer(snn, good))).toEqual(
      new TypeError("Cannot infer in one pass: a spiking network runs over time: neuron 'out'"),
    );
    expect(await caught(() => infer(ann, batch()))).toBeInstanceOf(RangeError);
    expect(await caught(() => infer(ann, batch([1])))).toBeInstanceOf(TypeError);
    expect(await caught(() => infer(ann, batch([1, Number.NaN])))).toBeInstanceOf(RangeError);
  });

  test('compile refuses an unsound network', async () => {
    const unsound = network(input(3), dense('layer', 'input', [[1], [1]]));
    expect(await caught(() => referenceEngine().compile(unsound))).toBeInstanceOf(TypeError);
  });
});

test('results depend on the seed where there is chance, and only there', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const one = await trace(spiking, samples, { steps: 3, encoder: direct(), seed });
      expect(one).toEqual(await trace(spiking, samples, { steps: 3, encoder: direct(), seed: 0 }));
    }),
    { numRuns: 5 },
  );
  expect(await trace(spiking, samples, { ...run, seed: 4 })).not.toEqual(await trace(spiking, samples, run));
});
