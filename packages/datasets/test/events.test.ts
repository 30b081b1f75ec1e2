import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EventSet,
  eventBatches,
  eventFrames,
  eventSpikes,
  nmnist,
  readEvents,
  shuffle,
  split,
  take,
} from '@spikewright/datasets';
import { type Batch, type Network, referenceEngine } from '@spikewright/snn-core';
import { encoderChecks, pluginChecks } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.js';

/** An event as the file has it. */
const event = (x: number, y: number, polarity: number, time: number): number[] => [
  x,
  y,
  (polarity << 7) | (time >> 16),
  (time >> 8) & 255,
  time & 255,
];
const recording = Uint8Array.from([
  ...event(0, 0, 1, 100),
  ...event(0, 0, 1, 120),
  ...event(1, 0, 0, 149),
  ...event(0, 1, 1, 150),
  ...event(1, 1, 0, 199),
]);
/** As many recordings as the checks have samples; each a tiny sensor of 2 × 2. */
const set: EventSet = {
  name: 'tiny',
  shape: [2, 2, 2],
  recordings: Array.from({ length: 10 }, (_, i) => (i === 0 ? new Uint8Array(0) : recording.subarray(0, 5 * (i % 6)))),
  labels: Int32Array.from({ length: 10 }, (_, i) => i % 2),
  classNames: ['even', 'odd'],
  indices: Uint32Array.from({ length: 10 }, (_, i) => i),
};

describe('readEvents', () => {
  test('reads 5 bytes an event, high byte first', () => {
    expect(readEvents(Uint8Array.of(3, 33, 0x81, 0x02, 0x03, 4, 5, 0x7f, 0xff, 0xff))).toEqual({
      x: Uint8Array.of(3, 4),
      y: Uint8Array.of(33, 5),
      polarity: Uint8Array.of(1, 0),
      time: Uint32Array.of(0x10203, 2 ** 23 - 1),
    });
  });

  test('adds 2^13 µs to what follows an entry of row 240, which is no event', () => {
    const bytes = [...event(1, 2, 1, 8000), ...event(0, 240, 0, 0), ...event(3, 4, 0, 100)];
    const more = [...event(0, 240, 1, 7), ...event(5, 6, 1, 50)];
    expect(readEvents(Uint8Array.from([...bytes, ...more]))).toEqual({
      x: Uint8Array.of(1, 3, 5),
      y: Uint8Array.of(2, 4, 6),
      polarity: Uint8Array.of(1, 0, 1),
      time: Uint32Array.of(8000, 100 + 8192, 50 + 2 * 8192),
    });
  });

  test('gives back every event', () => {
    const events = fc.array(fc.tuple(fc.nat(255), fc.nat(239), fc.nat(1), fc.nat(2 ** 23 - 1)), { maxLength: 20 });
    fc.assert(
      fc.property(events, (list) => {
        const { x, y, polarity, time } = readEvents(Uint8Array.from(list.flatMap((one) => event(...one))));
        expect(list.map((_, i) => [x[i], y[i], polarity[i], time[i]])).toEqual(list);
      }),
      { numRuns: 50 },
    );
  });

  test('refuses what is no whole number of events, or no bytes', () => {
    expect(() => readEvents(new Uint8Array(9))).toThrow(
      new RangeError('Cannot read events: the size must be a multiple of 5 bytes, an event: 9'),
    );
    expect(() => readEvents([1, 2, 3, 4, 5] as never)).toThrow(TypeError);
  });
});

describe('eventFrames', () => {
  test('counts events by pixel, polarity and time', () => {
    // 100 µs in two frames: 100 to 149 and 150 to 199. Places are (row, column, polarity).
    expect([...eventFrames(readEvents(recording), { steps: 2, shape: [2, 2] })]).toEqual([
      ...[0, 2, 1, 0, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 0, 1, 1, 0],
    ]);
  });

  test('counts every event once, whatever the number of frames', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (steps) => {
        const frames = eventFrames(readEvents(recording), { steps, shape: [2, 2] });
        expect(frames.reduce((sum, count) => sum + count)).toBe(5);
      }),
      { numRuns: 20 },
    );
  });

  test('refuses events outside the sensor, and steps out of range', () => {
    expect(() => eventFrames(readEvents(recording), { steps: 2, shape: [1, 2] })).toThrow(
      new RangeError('Cannot place events: event 3 must lie on the sensor, 2 × 1: x 0, y 1'),
    );
    expect(() => eventFrames(readEvents(recording), { steps: 0, shape: [2, 2] })).toThrow(
      'steps must be at least 1: 0',
    );
  });
});

describe('eventSpikes', () => {
  for (const [name, check] of [
    ...encoderChecks(eventSpikes(set)({ steps: 4 }), { random: false }),
    ...pluginChecks(eventSpikes(set)),
  ]) {
    test(name, () => check());
  }

  test('sends each frame in its step, then nothing', () => {
    const encode = eventSpikes(set)({ steps: 2 }).start(1);
    const sent = [1, 2, 3].map((step) => {
      const into = new Float64Array(8).fill(5);
      encode(new Float32Array(8), 5, step, into);
      return [...into];
    });
    // Two events of one pixel and polarity in a frame are one spike.
    expect(sent).toEqual([
      [0, 1, 1, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 1, 1, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  test('refuses a sample of another set, and steps out of range', () => {
    const encode = eventSpikes(set)().start(1);
    expect(() => encode(new Float32Array(8), 10, 1, new Float64Array(8))).toThrow(
      new RangeError('Cannot encode tiny: a sample must be one of its 10: 10'),
    );
    expect(() => eventSpikes(set)({ steps: 0.5 })).toThrow('it must be a whole number from 1 to 65,536, not 0.5');
  });
});

async function collect(all: AsyncIterable<Batch>): Promise<Batch[]> {
  const list: Batch[] = [];
  for await (const batch of all) list.push(batch);
  return list;
}

describe('eventBatches', () => {
  test('gives the mean of the frames', async () => {
    const [batch] = await collect(eventBatches({ ...set, indices: Uint32Array.of(5, 0) }, { steps: 2 }));
    expect(batch).toEqual({
      size: 2,
      data: Float32Array.of(0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0, ...new Array(8).fill(0)),
      labels: Int32Array.of(1, 0),
      indices: Uint32Array.of(5, 0),
    });
  });

  test('works with take, shuffle and split', async () => {
    const [one, two] = split(shuffle(set, 1), [4, 6], 2);
    const sizes = (await collect(eventBatches(take(two, 5), { size: 2 }))).map(({ size }) => size);
    expect([one.indices.length, sizes]).toEqual([4, [2, 2, 1]]);
    expect(() => eventBatches(set, { size: 0 })).toThrow(RangeError);
    expect(() => eventBatches(set, { step: 2 } as never)).toThrow("'step'");
  });

  test('adds up to what an engine gets from eventSpikes', async () => {
    const network: Network = {
      format: 1,
      nodes: [
        { op: 'input', name: 'input', inputs: [], shape: set.shape },
        { op: 'flatten', name: 'flatten', inputs: ['input'] },
        {
          op: 'neuron',
          name: 'neuron',
          inputs: ['flatten'],
          threshold: { shape: [], data: Float32Array.of(1) },
          initial: { shape: [], data: Float32Array.of(0) },
          reset: 'subtract',
          fires: '>=',
          leak: 1,
          levels: [0, 1],
        },
      ],
      meta: {},
    };
    const steps = 4;
    const [batch] = await collect(eventBatches(set, { steps }));
    const program = await referenceEngine().compile(network);
    const scores: number[][] = [];
    for await (const frame of program.run(batch!, { steps, encoder: eventSpikes(set)({ steps }), seed: 1 })) {
      for (let row = 0; row < frame.rows; row++) scores[frame.sampleOf(row)] = [...frame.scores(row)];
    }
    // A neuron that gets a spike sends one, so the scores are counts: T times the mean.
    expect(scores.flat()).toEqual([...batch!.data].map((mean) => mean * steps));
  });
});

describe('nmnist', () => {
  test('reads recordings in the order of their numbers', async () => {
    const none = Object.fromEntries(Array.from({ length: 10 }, (_, label) => [`Test/${label}/.keep`, '']));
    const folder = await temporaryFolder({
      ...none,
      'Test/7/00001.bin': recording,
      'Test/2/00002.bin': recording.subarray(0, 5),
      'Test/7/00003.bin': '',
      'Test/7/notes.txt': 'left out',
    });
    const { name, shape, recordings, labels, indices } = await nmnist({ folder, part: 'test' });
    expect({ name, shape }).toEqual({ name: 'nmnist-test', shape: [34, 34, 2] });
    expect([...labels, ...indices]).toEqual([7, 2, 7, 0, 1, 2]);
    expect(recordings).toEqual([recording, recording.slice(0, 5), new Uint8Array(0)]);
  });

  test.each([
    ['cut', recording.subarray(0, 7), 'the size must be a multiple of 5 bytes, an event: 7'],
    ['wide', Uint8Array.from(event(34, 0, 1, 1)), 'event 0 must lie on the sensor, 34 × 34: x 34, y 0'],
  ])('refuses a recording that is %s, and names it', async (_, bytes, message) => {
    const none = Object.fromEntries(Array.from({ length: 10 }, (__, label) => [`Train/${label}/.keep`, '']));
    const folder = await temporaryFolder({ ...none, 'Train/3/00009.bin': bytes });
    await expect(nmnist({ folder, part: 'train' })).rejects.toThrow(
      new RangeError(`Cannot read ${folder}/Train/3/00009.bin: ${message}`),
    );
  });

  test('refuses a missing folder and an unknown part', async () => {
    await expect(nmnist({ folder: '/no/such', part: 'test' })).rejects.toThrow('the folder must exist and be readable');
    await expect(nmnist({ folder: '.', part: 'val' as never })).rejects.toThrow('one of train, test: val');
  });

  const unpack = join(process.cwd(), '../shared/data/unpack-nmnist.mjs');
  test.skipIf(!existsSync(unpack))('reads 100 real recordings (skipped where the shared data is absent)', async () => {
    const folder = await temporaryFolder({});
    execFileSync(process.execPath, [unpack, folder]);
    const real = await nmnist({ folder, part: 'test' });
    expect(real.recordings).toHaveLength(100);
    // 1,927,980 bytes of events
    expect(real.recordings.reduce((sum, { length }) => sum + length, 0)).toBe(1_927_980);
    const durations = real.recordings.map((bytes) => Math.max(...readEvents(bytes).time));
    expect(Math.min(...durations)).toBeGreaterThan(250_000);
    expect(Math.max(...durations)).toBeLessThan(350_000);
  });
});
