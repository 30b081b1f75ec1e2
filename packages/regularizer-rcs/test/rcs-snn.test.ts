import { rcsSnn } from '@spikewright/regularizer-rcs';
import { pluginChecks } from '@spikewright/testkit';
import '@tensorflow/tfjs-backend-wasm';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { grad, setBackend, type Tensor, tensor1d, tensor3d, tidy, zerosLike } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { ann, spiking, times } from './tiny.js';

beforeAll(async () => {
  await setBackend('wasm');
  registerTrainingKernels();
});

for (const [name, check] of pluginChecks(rcsSnn)) test(`rcsSnn ${name}`, check);

const penalty = (layers: Record<string, number[][][]>, right: boolean[][], options = {}): number =>
  tidy(
    () =>
      rcsSnn({ alpha: 1, ...options })
        .penalty(
          spiking(layers, right),
          tensor1d(
            right[0].map(() => 0),
            'int32',
          ),
        )
        .dataSync()[0],
  );

// One sample over four steps: n_d = floor(0.3 · 4) = 1.
const GOLDEN = [[[1, 0, 0]], [[1, 0.5, 0]], [[1, 0.2, 0.1]], [[0.9, 0.3, 0]]];
const RIGHT = times(4, [true]);

test('rcsSnn gives the golden value', () => {
  // Cosines 0.948673, 0.98994, 0.987531, 0.999989; 1 / (their mean 0.981533 + 1e-5) = 1.018804
  expect(penalty({ layer: GOLDEN }, RIGHT)).toBeCloseTo(1.018804, 5);
  expect(rcsSnn().options).toEqual({
    alpha: 0.002,
    share: 0.3,
    whenNone: 'last',
    desired: 'last-mean',
    guard: false,
  });
});

/** The same from the formula, in float64. */
function expected(responses: number[][], desired: number[]): number {
  const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const length = (a: number[]): number => Math.sqrt(dot(a, a) + 1e-5);
  const cosines = responses.map((r) => dot(r, desired) / (length(r) * length(desired)));
  return 1 / (cosines.reduce((sum, value) => sum + value) / cosines.length + 1e-5);
}

const responses = GOLDEN.map(([r]) => r);
const meanOf = (rows: number[][]): number[] =>
  rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);

//   options                                 r_d
const variants: [object, number[]][] = [
  [{ desired: 'last' }, responses[3]],
  [{ desired: 'mean' }, meanOf(responses)],
  [{ share: 0.5 }, meanOf(responses.slice(2))],
  [{ share: 0.1 }, responses[3]], // less than a step: the last one
  [{ share: 0.1, whenNone: 'all' }, meanOf(responses)], // as the slice of the authors' code
  [{ share: 1 }, meanOf(responses)],
];

test.each(variants)('rcsSnn with %j desires the response it says', (options, desired) => {
  expect(penalty({ layer: GOLDEN }, RIGHT, options)).toBeCloseTo(expected(responses, desired), 5);
});

test('rcsSnn masks by the answers of the last steps: as many as the share makes', () => {
  const right = [[false], [false], [true], [true]];
  expect(penalty({ layer: GOLDEN }, right)).toBeGreaterThan(1);
  expect(penalty({ layer: GOLDEN }, right, { share: 0.5 })).toBeGreaterThan(1);
  expect(penalty({ layer: GOLDEN }, right, { share: 0.75 })).toBe(0);
  expect(penalty({ layer: GOLDEN }, right, { share: 0.1 })).toBeGreaterThan(1);
  expect(penalty({ layer: GOLDEN }, right, { share: 0.1, whenNone: 'all' })).toBe(0);
  expect(penalty({ layer: GOLDEN }, [[true], [true], [true], [false]])).toBe(0);
});

test('rcsSnn counts 0.3 of 10 steps as 3', () => {
  const right = [...times(7, [false]), ...times(3, [true])];
  expect(penalty({ layer: times(10, [[1, 0]]) }, right)).toBeGreaterThan(0.9);
  right[7] = [false];
  expect(penalty({ layer: times(10, [[1, 0]]) }, right)).toBe(0);
});

test('rcsSnn takes the worst of the batch and the mean over layers', () => {
  // Second sample: constant, and so 1 at best.
  const layer = GOLDEN.map(([r]) => [r, [1, 0, 0]]);
  const constant = times(4, times(2, [1, 1, 1]));
  const worst = penalty({ layer, constant }, times(4, [true, true]), { alpha: 0.5 });
  expect(worst).toBeCloseTo((1.018804 + 1) / 4, 4);
  expect(penalty({ layer }, times(4, [false, true]))).toBeCloseTo(1, 4);
});

test('rcsSnn is 1 for a response that is constant in time', () => {
  const response = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(response, fc.integer({ min: 1, max: 6 }), (r, steps) => {
      fc.pre(Math.hypot(...r) > 0.4); // 1e-5 under the root takes 1e-5 / norm² off the cosine
      expect(Math.abs(penalty({ layer: times(steps, [r]) }, times(steps, [true])) - 1)).toBeLessThan(1e-4);
    }),
    { numRuns: 30 },
  );
});

test('rcsSnn is large for a dead layer, and with its guard leaves it out', () => {
  const dead = { layer: times(4, [[0, 0]]) };
  expect(penalty(dead, RIGHT)).toBeCloseTo(1e5, -1);
  expect(penalty(dead, RIGHT, { guard: true })).toBe(0);
  // It leaves out the sample in that layer alone.
  const layer = GOLDEN.map(([r]) => [r, [0, 0, 0]]);
  expect(penalty({ layer }, times(4, [true, true]), { guard: true })).toBeCloseTo(1.018804, 5);
});

test('rcsSnn has the derivative of its value, r_d held', () => {
  const given = spiking({ layer: GOLDEN }, RIGHT);
  const value = (u: Tensor): Tensor =>
    rcsSnn({ alpha: 1 }).penalty(
      { ...given, spikes: { layer: zerosLike(u) }, potentials: { layer: u } },
      tensor1d([0], 'int32'),
    );
  const slopes = tidy(() => grad(value)(tensor3d(GOLDEN)).dataSync());
  const h = 1e-4;
  const differences = responses.flatMap((row, step) =>
    row.map((_, place) => {
      const moved = (by: number): number[][] =>
        responses.map((r, t) => r.map((x, i) => Math.max(0, x + (t === step && i === place ? by : 0))));
      return (expected(moved(h), responses[3]) - expected(moved(-h), responses[3])) / (2 * h);
    }),
  );
  // relu has no gradient at a potential of exactly 0.
  const smooth = differences.map((value, i) => (responses.flat()[i] === 0 ? 0 : value));
  expect(slopes).toBeAllClose(smooth, { relative: 1e-3, absolute: 1e-5 });
});

test('rcsSnn refuses options and an ANN', () => {
  for (const [options, message] of [
    [{ alpha: Number.NaN }, /'alpha'/],
    [{ share: 1.5 }, /'share'/],
    [{ whenNone: 'first' }, /'whenNone'/],
    [{ desired: 'first' }, /'desired'/],
    [{ n: 0.3 }, /unknown option: 'n'/],
  ] as const) {
    expect(() => rcsSnn(options as never)).toThrow(message);
  }
  expect(() => rcsSnn().penalty(ann({}, [true]) as never, tensor1d([0], 'int32'))).toThrow(
    'Cannot apply rcs-snn: it is for spiking networks, take rcsAnn: ann',
  );
});
