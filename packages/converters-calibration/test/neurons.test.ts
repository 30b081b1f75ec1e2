import { type BurstOptions, burstNeurons, signedNeurons } from '@spikewright/converters-calibration';
import { wasmEngine } from '@spikewright/engine-wasm';
import { type Converter, type Encoder, type Network, type Node, referenceEngine } from '@spikewright/snn-core';
import { integrateAndFire, toSpiking } from '@spikewright/snn-core/convert';
import { describe, expect, test } from 'vitest';
import { batch, convert, dense, input, network, rejection, relu, tensor } from '../../../test/hand-built.js';

/** One neuron, θ = 1, that gets one of the currents in each step: input i spikes in step i. */
const neuronWith = (currents: readonly number[], initial: number): Network =>
  network(
    input(currents.length),
    dense('weights', 'input', currents.map((current) => [current])), // biome-ignore format: short
    {
      op: 'neuron',
      name: 'neuron',
      inputs: ['weights'],
      threshold: tensor([], [1]),
      initial: tensor([], [initial]),
      reset: 'subtract',
      fires: '>=',
      leak: 1,
      levels: [0, 1],
    },
    dense('out', 'neuron', [[1]]),
  );
const oneAfterTheOther: Encoder = {
  role: 'encoder',
  spec: 1,
  name: 'one-after-the-other',
  options: {},
  output: 'spikes',
  start: () => (_image, _sample, step, into) => {
    into.fill(0);
    into[step - 1] = 1;
  },
};

async function spikesOf(pass: Converter | undefined, currents: readonly number[], initial: number) {
  const plain = neuronWith(currents, initial);
  const whole = pass ? await convert(pass, plain, batch(currents), batch(currents)) : plain;
  const traces: number[][] = [];
  for (const engine of [referenceEngine(), wasmEngine()]) {
    const program = await engine.compile(whole);
    const data = batch(currents.map(() => 0));
    const trace: number[] = [];
    for await (const frame of program.run(data, { steps: currents.length, encoder: oneAfterTheOther, seed: 0 })) {
      trace.push(frame.spikes('neuron', 0)[0]);
    }
    program.dispose();
    traces.push(trace);
  }
  expect(traces[1]).toEqual(traces[0]);
  return traces[0];
}

describe('golden vectors of uneven input', () => {
  test('plain neurons send 2 spikes too many for inputs that add up to 0', async () => {
    expect(await spikesOf(undefined, [1, 1, -1, -1], 0.5)).toEqual([1, 1, 0, 0]);
    expect(await spikesOf(undefined, [-1, -1, 1, 1], 0.5)).toEqual([0, 0, 0, 0]);
  });

  test('signedNeurons take them back, and never send more than they had', async () => {
    // The last input shows that v was 0 before it.
    expect(await spikesOf(signedNeurons(), [1, 1, -1, -1, 1], 0)).toEqual([1, 1, -1, -1, 1]);
    expect(await spikesOf(signedNeurons(), [-1, -1, 1, 1, 1], 0)).toEqual([0, 0, 0, 0, 1]);
  });

  test('burstNeurons send what is there at once', async () => {
    // 2.7 sends 2; 0.7 + 0.1 - 1 + 0.5 = 0.3, and 0.3 + 0.71 reaches 1.
    expect(await spikesOf(burstNeurons(), [2.7, 0.1, -1, 0.5, 0.71], 0)).toEqual([2, 0, 0, 0, 1]);
    // At most Γ: of 7.2 first 5, then 2.
    expect(await spikesOf(burstNeurons(), [7.2, 0], 0)).toEqual([5, 2]);
    expect(await spikesOf(burstNeurons({ most: 3 }), [7.2, 0, 0], 0)).toEqual([3, 3, 1]);
  });
});

test('neuron passes change the levels of all neurons, and nothing else', async () => {
  const plain = neuronWith([1], 0.5);
  const signed = await convert(signedNeurons(), plain, batch([1], [0]));
  expect(signed.nodes[2]).toEqual({ ...plain.nodes[2], levels: [-1, 1] });
  expect(signed.nodes.filter((_, i) => i !== 2)).toEqual(plain.nodes.filter((_, i) => i !== 2));
  expect((await convert(burstNeurons({ most: 7 }), plain, batch([1], [0]))).nodes[2]).toMatchObject({ levels: [0, 7] });
});

test('neuron passes refuse a network without neurons', async () => {
  const ann = network(input(1), dense('one', 'input', [[1]]), relu('a', 'one'));
  for (const pass of [signedNeurons(), burstNeurons()]) {
    expect(await rejection(() => convert(pass, ann))).toEqual(
      new TypeError('Cannot change neurons: the network must have some (put a converter first): none found'),
    );
  }
});

test('neuron passes check themselves: burst neurons know no bound', async () => {
  // Class 1 where the current is above 1/4; behind a clip at 1/2 nothing reaches the 1 that class 2 needs.
  const clip: Node = { op: 'clip', name: 'a', inputs: ['one'], lambda: 0.5 };
  const scores = dense('out', 'a', [[0, 4, 8]], [0, -1, -4]);
  const ann = network(input(1), dense('one', 'input', [[1]]), clip, scores);
  const data = batch([0], [3], [4], [5]);
  const plain = toSpiking(ann, { a: [0.5] }, integrateAndFire);
  expect((await convert(signedNeurons(), plain, data)).meta.notes).toBeUndefined();
  expect((await convert(burstNeurons(), plain, data)).meta.notes).toEqual([
    'burst-neurons: 1 of 4 calibration samples keep their answer in 64 steps: give more steps or samples, or see the doctor',
  ]);
  expect(await rejection(() => convert(burstNeurons(), plain))).toBeInstanceOf(RangeError);
});

test.each<[unknown, string]>([
  [{ most: 0 }, 'most'],
  [{ most: 256 }, 'most'],
  [{ most: 1.5 }, 'most'],
  [{ gamma: 5 }, 'gamma'],
])('burstNeurons refuses the options %j', (given, key) => {
  const message = expect.stringMatching(`: '${key}'$`);
  expect(() => burstNeurons(given as BurstOptions)).toThrow(expect.objectContaining({ name: 'OptionsError', message }));
});
