import { HEBBIAN_LABEL, hebbian, hebbianEngine } from '@spikewright/hebbian-tuner';
import {
  type Batch,
  type Calibration,
  direct,
  type Network,
  networkHash,
  OptionsError,
  referenceEngine,
} from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copies, dense, network, neurons, tensor } from './networks.js';

const tiny = (name: string): Network => withNeurons(tinyNetworks()[name], { threshold: 0.5, initial: 0 });

const calibrationOf = (...batches: Batch[]): Calibration => ({
  async *batches() {
    yield* batches;
  },
  engine: referenceEngine(),
});

/**
 * One hidden layer in which H1 does harm: class 1 is held up by a neuron that hardly fires (weight 0.3 for class 1), and by
 * the smaller half of what fires. Weights of the quiet one fall, and the answer turns.
 */
const fragile: Network = {
  format: 1,
  nodes: [
    { op: 'input', name: 'input', inputs: [], shape: [1] },
    dense('hidden', 'input', [1, 2], [0.625, 0.375]),
    neurons('spikes', 'hidden', 0.5),
    dense('scores', 'spikes', [2, 2], [1, 0, 0, 2]),
  ],
  meta: {},
};

test('hebbian() takes back what loses answers of the long run, and says so', async () => {
  // Long run: 5/8 · 1 against 3/8 · 2 = 6/8: class 1. In 4 steps from 1/2: v = 1.125, 0.75, 1.375, 1: 3 spikes, score 3;
  // 0.875, 1.25, 0.625, 1: 2 spikes, score 4: class 1. Pushed apart (0.625 · 1.3 = 0.8125; 0.375 · 0.7 = 0.2625) 4 steps have
  // 1.3125, 1.125, 0.9375, 1.75: 3 spikes; 0.7625, 1.025, ...: 1 spike, score 2: class 0.
  const options = { rule: 'gain', eta: 10, steps: 4 } as const;
  const off = await hebbian({ ...options, gate: 'off' }).tune(fragile, copies([1]));
  expect(tensor(off, 'hidden', 'kernel')).toBeAllClose([0.8125, 0.2625]);
  expect(off.meta.notes).toEqual([`hebbian, rule gain (${HEBBIAN_LABEL}): kept; no gate`]);
  const counts = 'agreement on 1 samples held out: 1 to';
  const network = await hebbian({ ...options, gate: 'network' }).tune(fragile, copies([1]));
  expect(network.nodes).toEqual(fragile.nodes);
  expect(network.meta.notes).toEqual([
    `hebbian, rule gain (${HEBBIAN_LABEL}): rolled back; ${counts} 0 after 4 steps, 1 to 0 after 64 steps`,
  ]);
  const layer = await hebbian({ ...options, gate: 'layer' }).tune(fragile, copies([1]));
  expect(layer.nodes).toEqual(fragile.nodes);
  expect(layer.meta.notes).toEqual([
    `hebbian, rule gain (${HEBBIAN_LABEL}): rolled back in spikes; ${counts} 1 after 4 steps, 1 to 1 after 64 steps`,
  ]);
});

test('hebbianEngine() has no gate: what hebbian() takes back turns the answer', async () => {
  // Step 1: v = 1.125 fires, 0.875: rates 1 and 0, gains 1.3 and 0.7 (bounds). Step 2: 0.125 + 0.8125 = 0.9375; 0.875 + 0.2625 fires.
  // Rates are equal: gains stay. Step 3: 1.75 fires; 0.4. Step 4: 1.5625 fires; 0.6625. 3 spikes, score 3; 1 spike, score 2.
  const program = await hebbianEngine({ rule: 'gain', eta: 10 }).compile(fragile);
  const batch = { size: 1, data: Float32Array.of(1), indices: Uint32Array.of(0) };
  const scores: number[][] = [];
  for await (const frame of program.run(batch, { steps: 4, encoder: direct(), seed: 0 }))
    scores.push([...frame.scores(0)]);
  expect(scores.at(-1)).toEqual([3, 2]);
});

test('hebbian() keeps what loses none', async () => {
  const tuned = await hebbian({ steps: 4 }).tune(fragile, copies([1]));
  expect(tuned.meta.notes).toEqual([
    `hebbian, rule onset (${HEBBIAN_LABEL}): kept; agreement on 1 samples held out: 1 to 1 after 4 steps, 1 to 1 after 64 steps`,
  ]);
});

test('hebbian() takes layers back one by one', async () => {
  const given = tiny('deep');
  const calibration = calibrationOf(tinyBatch(given, 24, 3));
  const decisions = new Set<string>();
  for (const rule of ['timing', 'gain', 'threshold'] as const) {
    const tuned = await hebbian({ rule, eta: 3, steps: 2, gate: 'layer' }).tune(given, calibration);
    const [note] = tuned.meta.notes ?? [];
    const back = /rolled back in ([^;]+);/.exec(note)?.[1].split(', ') ?? [];
    for (const { name } of given.nodes.filter(({ op }) => op === 'neuron')) {
      const place = given.nodes.findIndex((node) => node.name === name);
      const same = [place - 1, place].every((i) => JSON.stringify(tuned.nodes[i]) === JSON.stringify(given.nodes[i]));
      if (back.includes(name)) expect(same).toBe(true);
      decisions.add(back.includes(name) ? 'back' : 'kept');
    }
  }
  expect([...decisions].sort()).toEqual(['back', 'kept']);
});

test('hebbian() gives the same network whatever the batches, and never looks at labels', async () => {
  const given = tiny('strided');
  const batch = tinyBatch(given, 12, 5);
  const length = batch.data.length / batch.size;
  const part = (from: number, to: number): Batch => ({
    size: to - from,
    data: batch.data.slice(from * length, to * length),
    indices: batch.indices.slice(from, to),
    get labels(): Int32Array {
      throw new Error('labels were asked for');
    },
  });
  for (const rule of ['timing', 'gain', 'rate', 'onset', 'potential', 'threshold'] as const) {
    const tuner = hebbian({ rule, steps: 3, gate: 'off' });
    const whole = await tuner.tune(given, calibrationOf(batch));
    const parts = await tuner.tune(given, calibrationOf(part(0, 5), part(5, 6), part(6, 12)));
    expect(await networkHash(parts)).toBe(await networkHash(whole));
  }
});

test('hebbian() stays within its bounds, whatever the rates', async () => {
  const within = (now: ArrayLike<number>, before: ArrayLike<number>, reach: (value: number) => number): void => {
    for (let i = 0; i < now.length; i++) {
      expect(Math.abs(now[i] - before[i % before.length])).toBeLessThanOrEqual(reach(before[i % before.length]) + 1e-6);
    }
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('timing', 'gain', 'rate', 'onset', 'potential', 'threshold'),
      fc.constantFrom('dense', 'strided', 'residualProjection', 'grouped'),
      fc.double({ min: 0, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      fc.integer({ min: 1, max: 5 }),
      async (rule, topology, eta, bound, steps) => {
        const given = tiny(topology as string);
        const options = { rule, eta, etaMinus: eta, etaBias: eta, bound, steps, reference: 8, gate: 'off' } as const;
        const tuned = await hebbian(options).tune(given, calibrationOf(tinyBatch(given, 6)));
        given.nodes.forEach((before, i) => {
          const now = tuned.nodes[i];
          if ('kernel' in before && 'kernel' in now) {
            within(now.kernel.data, before.kernel.data, (w) => bound * Math.abs(w));
            const b0 = before.bias?.data ?? new Float32Array(1);
            if (now.bias) within(now.bias.data, b0, (b) => bound * (rule === 'gain' ? Math.abs(b) : 0.5));
          }
          if (before.op === 'neuron' && now.op === 'neuron') {
            within(now.threshold.data, before.threshold.data, (theta) => bound * theta);
            within(now.initial.data, before.initial.data, () => 1);
          }
        });
        // The read-out stays as it is.
        expect(tuned.nodes.at(-1)).toEqual(given.nodes.at(-1));
      },
    ),
    { numRuns: 40, seed: 6 },
  );
});

test('hebbian() aims at the long run from θ/2 without delay, and keeps the delay', async () => {
  const given = withNeurons(tinyNetworks().dense, { threshold: 0.5, delay: 1 });
  const tuned = await hebbian({ steps: 4 }).tune(given, calibrationOf(tinyBatch(given, 9)));
  expect(tuned.nodes.filter((node) => node.op === 'neuron').map(({ delay }) => delay)).toEqual([1, 1]);
});

test('hebbian() refuses what it cannot tune', async () => {
  const ann = tinyNetworks().dense;
  const calibration = copies([0, 0, 0, 0, 0, 0]);
  await expect(hebbian().tune(ann, calibration)).rejects.toThrow(
    new TypeError("Cannot run node 'relu1' over time: a converter must first replace or fold it: relu"),
  );
  const linear = network([1], 1, dense('hidden', 'input', [1, 1], [1]));
  await expect(hebbian().tune(linear, copies([1]))).rejects.toThrow(TypeError);
  const spiking = withNeurons(ann);
  for (const none of [calibrationOf(), calibrationOf(tinyBatch(spiking, 2))]) {
    await expect(hebbian().tune(spiking, none)).rejects.toThrow(
      /^Cannot tune network: calibration must hold at least 3 samples: [02] given$/,
    );
  }
  // The only neurons are the read-out; or no weights are theirs alone.
  const readout: Network = {
    format: 1,
    nodes: [
      { op: 'input', name: 'input', inputs: [], shape: [1] },
      dense('hidden', 'input', [1, 2], [1, 1]),
      neurons('spikes', 'hidden'),
    ],
    meta: {},
  };
  await expect(hebbian().tune(readout, copies([1]))).rejects.toThrow(
    /^Cannot tune network: rule onset needs hidden neurons/,
  );
  const bare = network([2], 2, neurons('spikes', 'input'));
  await expect(hebbian({ rule: 'gain' }).tune(bare, copies([1, 1]))).rejects.toThrow(
    'Cannot tune network: rule gain needs hidden neurons that have a conv2d or dense node of their own: none found',
  );
  await expect(hebbian().tune(bare, copies([1, 1]))).resolves.toBeDefined();
});

test('hebbian() writes out its options and refuses wrong ones', () => {
  expect(hebbian().options).toEqual({
    rule: 'onset',
    steps: 4,
    eta: 0.3,
    etaMinus: 0.01,
    decay: 0.6,
    etaBias: 0.1,
    bound: 0.3,
    scope: 'channel',
    epochs: 1,
    reference: 64,
    gate: 'layer',
  });
  expect(hebbian({ rule: 'timing' }).options.eta).toBe(0.05);
  expect(hebbian({ rule: 'rate' }).options.eta).toBe(0.1);
  const wrong = [
    { rule: 'stdp' },
    { steps: 0 },
    { steps: 1.5 },
    { steps: 1025 },
    { eta: -1 },
    { eta: Number.NaN },
    { etaMinus: 11 },
    { decay: 1 },
    { etaBias: '1' },
    { bound: 1 },
    { scope: 'image' },
    { epochs: 0 },
    { reference: 0 },
    { gate: 'on' },
    { labels: true },
  ];
  for (const options of wrong) expect(() => hebbian(options as never)).toThrow(OptionsError);
});
