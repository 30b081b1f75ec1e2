import { tfjsEngine } from '@spikewright/engine-tfjs';
import { type Encoder, type Program, poisson } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import '@tensorflow/tfjs-backend-cpu';
import { memory, profile, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

const network = withNeurons(tinyNetworks().chain);
const [SAMPLES, STEPS] = [20, 9];
const batch = tinyBatch(network, SAMPLES);

/** Stops all over, 1 to 9. */
const stopOf = (sample: number): number => 1 + ((sample * 7) % STEPS);

beforeAll(async () => void (await setBackend('cpu')));

/** An encoder that counts the steps it is asked for. */
function counting(): { encoder: Encoder; steps: number[] } {
  const steps: number[] = new Array(SAMPLES).fill(0);
  const { start, ...rest } = poisson();
  const counted: Encoder['start'] = (seed) => {
    const encode = start(seed);
    return (image, sample, step, into) => {
      steps[sample] += 1;
      encode(image, sample, step, into);
    };
  };
  return { encoder: { ...rest, start: counted }, steps };
}

async function run(program: Program, encoder: Encoder): Promise<void> {
  for await (const frame of program.run(batch, { steps: STEPS, encoder, seed: 1 })) {
    for (let row = 0; row < frame.rows; row++) {
      if (frame.stepOf(row) >= stopOf(frame.sampleOf(row))) frame.stop(row);
    }
  }
}

test.each([1, 6, 64])('tfjsEngine computes no step after a stop, with %i rows', async (rows) => {
  const program = await tfjsEngine({ rows }).compile(network);
  const { encoder, steps } = counting();
  // Rows that go through the convolution, by the kernels that TensorFlow.js runs.
  const { kernels } = await profile(async () => {
    await run(program, encoder);
    return [];
  });
  const expected = Array.from({ length: SAMPLES }, (_, sample) => stopOf(sample));
  expect(steps).toEqual(expected);
  const convolved = kernels.filter(({ name }) => name === 'Conv2D').map(({ outputShapes }) => outputShapes[0][0]);
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  expect(sum(convolved)).toBe(sum(expected));
  program.dispose();
});

test('tfjsEngine frees all tensors of a run that is left, that fails, or whose program is disposed of', async () => {
  const before = memory().numTensors;
  const program = await tfjsEngine({ rows: 3 }).compile(network);
  const compiled = memory().numTensors;
  expect(compiled).toBeGreaterThan(before);
  const options = { steps: STEPS, encoder: poisson(), seed: 1 };
  for await (const frame of program.run(batch, options)) {
    if (frame.stepOf(0) === 3) break;
  }
  expect(memory().numTensors).toBe(compiled);
  const failing: Encoder = {
    ...poisson(),
    start: () => (_image, sample) => {
      if (sample === 4) throw new RangeError('Cannot encode sample 4');
    },
  };
  await expect(run(program, failing)).rejects.toThrow('Cannot encode sample 4');
  expect(memory().numTensors).toBe(compiled);
  const under = (program.run(batch, options) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  await under.next();
  program.dispose();
  await expect(under.next()).rejects.toThrow('Cannot use program: it must not be disposed of: it was');
  expect(memory().numTensors).toBe(before);
});

test('tfjsEngine runs a program twice at the same time', async () => {
  const program = await tfjsEngine({ rows: 4 }).compile(network);
  const [a, b] = [counting(), counting()];
  await Promise.all([run(program, a.encoder), run(program, b.encoder)]);
  expect(a.steps).toEqual(b.steps);
  program.dispose();
});
