import { wasmEngine } from '@spikewright/engine-wasm';
import { direct, type Network, type Node, referenceEngine, type Tensor } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { expect, test } from 'vitest';

const [IN, OUT, STEPS] = [20, 24, 6];

const tensor = (shape: number[], value: (place: number) => number): Tensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, place) => value(place)),
});

const neuron = (name: string, input: string): Node => ({
  ...{ op: 'neuron', name, inputs: [input], threshold: tensor([], () => 1), initial: tensor([], () => 0.5) },
  ...{ reset: 'subtract', fires: '>=', leak: 1, levels: [0, 1] },
});

const conv = (name: string, input: string, kernel: Tensor): Node => ({
  ...{ op: 'conv2d', name, inputs: [input], kernel, strides: [1, 1], padding: 'same', dilation: [1, 1], groups: 1 },
});

/** Input channel c of the second convolution has weights to `reached(c)` of its outputs; the others are 0. */
const network = (reached: (channel: number) => number): Network => ({
  format: 1,
  nodes: [
    { op: 'input', name: 'input', inputs: [], shape: [5, 4, 2] },
    conv(
      'conv1',
      'input',
      tensor([3, 3, 2, IN], (place) => ((place * 7) % 11) / 20),
    ),
    neuron('neuron1', 'conv1'),
    conv(
      'conv2',
      'neuron1',
      tensor([3, 3, IN, OUT], (place) => (place % OUT < reached(Math.floor(place / OUT) % IN) ? 1 : 0)),
    ),
    neuron('neuron2', 'conv2'),
    { op: 'flatten', name: 'flatten', inputs: ['neuron2'] },
    { op: 'dense', name: 'scores', inputs: ['flatten'], kernel: tensor([20 * OUT, 3], (place) => (place % 5) - 2) },
  ],
  meta: {},
});

/** Accumulates of conv2 in each step of each sample. */
async function accumulates(engine: ReturnType<typeof wasmEngine>, given: Network): Promise<number[][]> {
  const program = await engine.compile(given);
  const counts: number[][] = Array.from({ length: 3 }, () => []);
  for await (const frame of program.run(tinyBatch(given, 3), { steps: STEPS, encoder: direct(), seed: 0 })) {
    for (let row = 0; row < frame.rows; row++) {
      counts[frame.sampleOf(row)][frame.stepOf(row) - 1] = frame.operations('conv2', row).accumulates;
    }
  }
  program.dispose();
  return counts;
}

// A spike reaches 9, 6 or 4 places (inside, at a border, in a corner), in each as many outputs as its channel has weights to.
test.each([
  ['3 fan-outs', () => OUT],
  ['3 fan-outs, and channels that reach nothing', (channel: number) => (channel % 3 === 0 ? 0 : OUT)],
  ['more fan-outs than are counted by masks', (channel: number) => channel],
])('wasmEngine counts the synapses that spikes reach as the reference does: %s', async (_, reached) => {
  const given = network(reached);
  const expected = await accumulates(referenceEngine(), given);
  expect(Math.max(...expected.flat())).toBeGreaterThan(100);
  expect(await accumulates(wasmEngine(), given)).toEqual(expected);
});
