import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { type NeuronOptions, registerNeuronKernels, spikingNeurons } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { expectNumericalGradient, expectSameOnBothBackends, random } from './two-backends.js';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
  registerNeuronKernels();
});

const behaviours = fc.record({
  leak: fc.constantFrom(1, 0.5, 0.25),
  reset: fc.constantFrom('subtract', 'zero'),
  fires: fc.constantFrom('>=', '>'),
  surrogate: fc.constantFrom('triangular', 'arctan'),
  detachReset: fc.boolean(),
}) as fc.Arbitrary<Omit<NeuronOptions, 'steps' | 'threshold' | 'initial'>>;

test('spikingNeurons and their gradients equal the composition on the cpu back end', async () => {
  const sizes = fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 9 }),
  );
  const tables = fc.constantFrom('one', 'channel', 'neuron');
  const property = fc.asyncProperty(sizes, tables, behaviours, async ([batch, steps, channels], table, behaviour) => {
    const spread = { one: [], channel: [channels], neuron: [3, channels] }[table] as number[];
    const shape = [steps * batch, 3, channels];
    await expectSameOnBothBackends(() => {
      const threshold = tf.add(random(spread, 5), 1.5);
      const run = (current: tf.Tensor, initial: tf.Tensor): tf.Tensor => {
        const activity = spikingNeurons(current, { ...behaviour, steps, threshold, initial });
        return tf.stack([activity.spikes, activity.potentials]);
      };
      const [current, initial] = [tf.mul(random(shape, 1), 3), random([batch, 3, channels], 2)];
      return [run(current, initial), ...tf.grads(run)([current, initial], random([2, ...shape], 3))];
    });
  });
  await fc.assert(property, { numRuns: 40 });
});

test('two steps of a leaky neuron by hand', async () => {
  await tf.setBackend('wasm');
  // θ = 1, leak 1/2, v(0) = 0, reset to zero. v1 = 1.25: fires, u1 = 0. v2 = 0.75: silent, u2 = 0.75.
  const layer = (current: tf.Tensor): tf.Tensor => {
    const settings = { steps: 2, threshold: tf.scalar(1), initial: tf.scalar(0), leak: 0.5, reset: 'zero' } as const;
    return spikingNeurons(current, settings).spikes;
  };
  const current = tf.tensor2d([1.25, 0.75], [2, 1]);
  expect([...layer(current).dataSync()]).toEqual([1, 0]);
  // σ'(v) = max(0, 1 - |v - 1|): 0.75 for both. dv2 = 0.75, du1 = 0.375; dv1 = (1 - 0.375 · 1.25) 0.75 + 0.375 (1 - 1).
  expect([...tf.grad(layer)(current).dataSync()]).toEqual([(1 - 0.375 * 1.25) * 0.75, 0.75]);
});

test('the arc tangent has slope 1 / (θ (1 + (π (v/θ - 1))²))', async () => {
  await tf.setBackend('wasm');
  const settings = { steps: 1, threshold: tf.scalar(2), initial: tf.scalar(0), surrogate: 'arctan' } as const;
  const slope = tf.grad((current: tf.Tensor) => spikingNeurons(current, settings).spikes)(tf.tensor2d([[2, 3]]));
  expect(slope.dataSync()).toBeAllClose(Float32Array.of(1 / 2, 1 / (2 * (1 + (Math.PI / 2) ** 2))), {
    relative: 1e-6,
    absolute: 0,
  });
});

test.each(['>=', '>'] as const)('a potential of exactly θ, fires %s', async (fires) => {
  await tf.setBackend('wasm');
  const settings = { steps: 1, threshold: tf.scalar(1), initial: tf.scalar(0.5), fires };
  expect([...spikingNeurons(tf.tensor2d([[0.5]]), settings).spikes.dataSync()]).toEqual([fires === '>=' ? 1 : 0]);
});

test('where no neuron is near θ, potentials through time agree with central differences', async () => {
  await tf.setBackend('wasm');
  // Currents up to 1/4 against θ = 100: nothing fires, the surrogate is 0, and the layer is smooth.
  const current = tf.mul(random([6, 5], 1), 0.25);
  const potentials = (steps: number) => (input: tf.Tensor) =>
    spikingNeurons(input, { steps, threshold: tf.scalar(100), initial: tf.scalar(0), leak: 0.5 }).potentials;
  expectNumericalGradient(potentials(3), current);
});

const misfits: [string, tf.NamedAttrMap, () => tf.Tensor[], string][] = [
  [
    'steps',
    { steps: 2 },
    () => [tf.ones([3, 2]), tf.scalar(1), tf.scalar(0)],
    'the rows of current must be those of 2 steps: 3',
  ],
  [
    'no steps',
    { steps: 0 },
    () => [tf.ones([3, 2]), tf.scalar(1), tf.scalar(0)],
    'steps must be whole and at least 1: 0',
  ],
  [
    'θ',
    { steps: 1 },
    () => [tf.ones([3, 2]), tf.ones([4]), tf.scalar(0)],
    'threshold must spread over the neurons of a step: [4]',
  ],
  [
    'v(0)',
    { steps: 3 },
    () => [tf.ones([3, 2]), tf.ones([2]), tf.ones([3, 2])],
    'initial must spread over the neurons of a step: [3,2]',
  ],
  [
    'type',
    { steps: 1 },
    () => [tf.ones([3, 2], 'int32'), tf.scalar(1), tf.scalar(0)],
    'current must be float32: int32',
  ],
];

test.each(misfits)('SpikingNeurons refuses what would be read beyond its end: %s', async (_name, attrs, make, rule) => {
  await tf.setBackend('wasm');
  const [current, threshold, initial] = make();
  const run = (): unknown =>
    tf.engine().runKernel('SpikingNeurons', { current, threshold, initial }, { leak: 1, ...attrs });
  expect(run).toThrow(`Cannot run SpikingNeurons: ${rule}`);
});

test('what is shared among neurons has no gradient, and says so', async () => {
  await tf.setBackend('wasm');
  const gradient = (input: 'threshold' | 'initial') =>
    tf.grad((value: tf.Tensor) => {
      const tables = { threshold: tf.scalar(1), initial: tf.scalar(0), [input]: value };
      return spikingNeurons(tf.ones([2, 3]), { steps: 1, ...tables }).spikes;
    })(tf.scalar(1));
  for (const input of ['threshold', 'initial'] as const) {
    expect(() => gradient(input)).toThrow(
      `Cannot differentiate SpikingNeurons: it has no gradient for an input that is shared: ${input}`,
    );
  }
});
