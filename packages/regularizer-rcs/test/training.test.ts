import { rcsAnn, rcsSnn } from '@spikewright/regularizer-rcs';
import type { Network, Node } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { initialise, type StepReport, train, trainSpiking } from '@spikewright/training';
import '@tensorflow/tfjs-backend-wasm';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

beforeAll(async () => {
  await setBackend('wasm');
  registerTrainingKernels();
});

const filled = (shape: number[], value = 0) => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
});
const network = (activation: (name: string, input: string) => Node): Network =>
  initialise(
    {
      format: 1,
      nodes: [
        { name: 'input', op: 'input', inputs: [], shape: [6] },
        { name: 'first', op: 'dense', inputs: ['input'], kernel: filled([6, 24]), bias: filled([24]) },
        activation('act1', 'first'),
        { name: 'second', op: 'dense', inputs: ['act1'], kernel: filled([24, 24]), bias: filled([24]) },
        activation('act2', 'second'),
        { name: 'scores', op: 'dense', inputs: ['act2'], kernel: filled([24, 2]), bias: filled([2]) },
      ],
      meta: {},
    },
    1,
  );
const ann = network((name, input) => ({ name, op: 'qcfs', inputs: [input], lambda: 2, levels: 4 }));
const snn = network((name, input) => ({
  name,
  op: 'neuron',
  inputs: [input],
  threshold: filled([], 1),
  initial: filled([]),
  leak: 0.5,
  fires: '>',
  reset: 'zero',
  levels: [0, 1],
}));
const data = tinyBatch(ann, 32);
const options = { epochs: 40, batchSize: 32, learningRate: 0.02 };

/** What the term, without its weight, is at the end of training with a weight. */
async function valueAfter(alpha: number, spiking: boolean): Promise<number> {
  const penalties: number[] = [];
  const onStep = ({ penalty }: StepReport): void => void penalties.push(penalty);
  // Next to no weight, to measure where there is none.
  const measure = 1e-6;
  if (spiking) {
    const regularizers = [rcsSnn({ alpha: alpha + measure, guard: true })];
    await trainSpiking(snn, data, { ...options, steps: 4 }, { regularizers, onStep });
  } else {
    await train(ann, data, options, { regularizers: [rcsAnn({ alpha: alpha + measure, guard: true })], onStep });
  }
  return penalties[penalties.length - 1] / (alpha + measure);
}

test('rcsAnn and rcsSnn get their value down in training, and keep no tensor', async () => {
  const before = memory().numTensors;
  for (const spiking of [false, true]) {
    const [without, weighted] = [await valueAfter(0, spiking), await valueAfter(0.5, spiking)];
    expect(without).toBeGreaterThan(1);
    expect(weighted).toBeGreaterThan(0.9);
    expect(weighted).toBeLessThan(without * 0.97);
  }
  expect(memory().numTensors).toBe(before);
});

test('rcsAnn and rcsSnn are of the types of their trainings', async () => {
  // @ts-expect-error: rcsSnn sees spikes, which an ANN has not
  await expect(train(ann, data, options, { regularizers: [rcsSnn()] })).rejects.toThrow('take rcsAnn');
  // @ts-expect-error: rcsAnn sees pre-activations, which a spiking network has not
  await expect(trainSpiking(snn, data, options, { regularizers: [rcsAnn()] })).rejects.toThrow('take rcsSnn');
});
