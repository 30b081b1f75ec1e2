import { rcsAnn } from '@spikewright/regularizer-rcs';
import { pluginChecks } from '@spikewright/testkit';
import '@tensorflow/tfjs-backend-wasm';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { grad, setBackend, type Tensor, type Tensor2D, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { ann, spiking } from './tiny.js';

beforeAll(async () => {
  await setBackend('wasm');
  registerTrainingKernels();
});

for (const [name, check] of pluginChecks(rcsAnn)) test(`rcsAnn ${name}`, check);

const GOLDEN = [
  [1, -2, 3, 0],
  [0.5, 0.5, -1, 0.5],
];
const penalty = (layers: Record<string, number[][]>, right: boolean[], options = {}): number =>
  tidy(
    () =>
      rcsAnn({ alpha: 1, ...options })
        .penalty(
          ann(layers, right),
          tensor1d(
            right.map(() => 0),
            'int32',
          ),
        )
        .dataSync()[0],
  );

test('rcsAnn gives the golden values', () => {
  // The largest response of the batch is 3: 3 / √(10/4 + 1e-5) = 1.897363, 3 / √(0.75/4 + 1e-5) = 6.928018.
  expect(penalty({ layer: GOLDEN }, [true, false])).toBeCloseTo(1.897363, 5);
  expect(penalty({ layer: GOLDEN }, [false, true])).toBeCloseTo(6.928018, 5);
  expect(penalty({ layer: GOLDEN }, [true, true])).toBeCloseTo(6.928018, 5); // the worst of the batch
  expect(penalty({ layer: GOLDEN }, [false, false])).toBe(0);
});

test('rcsAnn takes the mean over layers and the weight alpha', () => {
  const flat = [
    [1, 1],
    [1, 1],
  ]; // 1 / √(1 + 1e-5) = 0.999995
  expect(penalty({ one: GOLDEN, two: flat }, [true, true], { alpha: 0.5 })).toBeCloseTo((6.928018 + 0.999995) / 4, 5);
  expect(rcsAnn().options).toEqual({ alpha: 0.002, guard: false });
});

test('rcsAnn with its guard leaves out what hardly responds', () => {
  const dead = [
    [2, 0],
    [-1, 0.03],
  ]; // 2 / √(0.0009 / 2 + 1e-5) = 93.25; the squared norm 0.0009 is below 0.001
  expect(penalty({ layer: dead }, [true, true])).toBeCloseTo(93.25, 2);
  expect(penalty({ layer: dead }, [true, true], { guard: true })).toBeCloseTo(2 / Math.sqrt(2 + 1e-5), 5);
});

test('rcsAnn has the derivative of its value', () => {
  // One sample z = (1, 3): value = 3 / √(5 + ε). d/dz1 = -3 · 1 / 2 / 5^1.5 = -0.134164, d/dz2 = 1/√5 - 3 · 3 / 2 / 5^1.5 = 0.044721.
  const value = (z: Tensor): Tensor =>
    rcsAnn({ alpha: 1 }).penalty({ ...ann({}, [true]), preactivations: { layer: z } }, tensor1d([0], 'int32'));
  expect(tidy(() => grad(value)(tensor2d([[1, 3]])).dataSync())).toBeAllClose([-0.134164, 0.044721], {
    relative: 1e-4,
  });
});

test('rcsAnn passes no gradient through the mask', () => {
  const scores = tensor2d([[1, 0]]);
  const value = (x: Tensor): Tensor =>
    rcsAnn().penalty({ ...ann({ layer: [[1, 3]] }, [true]), scores: x as Tensor2D }, tensor1d([0], 'int32'));
  expect([...tidy(() => grad(value)(scores).dataSync())]).toEqual([0, 0]);
});

test('rcsAnn refuses options, a network without activations, and one over time', () => {
  for (const [options, message] of [
    [{ alpha: -1 }, /'alpha'/],
    [{ guard: 1 }, /'guard'/],
    [{ share: 0.3 }, /unknown option: 'share'/],
  ] as const) {
    expect(() => rcsAnn(options as never)).toThrow(message);
  }
  const labels = tensor1d([0], 'int32');
  expect(() => rcsAnn().penalty(ann({}, [true]), labels)).toThrow(
    'Cannot apply rcs-ann: there must be an activation: none found',
  );
  expect(() => rcsAnn().penalty(spiking({ layer: [[[1]]] }, [[true]]) as never, labels)).toThrow(
    'Cannot apply rcs-ann: it is for ANNs, take rcsSnn: spiking',
  );
});
