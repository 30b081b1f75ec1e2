import { examineInput } from '@spikewright/doctor';
import { type Batch, type Calibration, type Network, referenceEngine } from '@spikewright/snn-core';
import { expect, test } from 'vitest';

/** Tells by the mean over a place of 3 channels: its biases part shades of 50, 150, 250 by lines that cross between them. */
const ann: Network = {
  format: 1,
  nodes: [
    { op: 'input', name: 'input', inputs: [], shape: [1, 1, 3] },
    { op: 'flatten', name: 'flatten', inputs: ['input'] },
    {
      op: 'dense',
      name: 'scores',
      inputs: ['flatten'],
      // Scores 0, r - 100, 2 r - 300 - b: shade r < 100 is class 0, r < 200 class 1, else class 2; b must be 0.
      kernel: { shape: [3, 3], data: Float32Array.of(0, 1, 2, 0, 0, 0, 0, 0, -2) },
      bias: { shape: [3], data: Float32Array.of(0, -100, -300) },
    },
  ],
  meta: {},
};

const SAMPLES = 30;

/** Shades of red: class 0 has 50, class 1 has 150, class 2 has 250, changed as told. */
const shades = (change: (pixel: number[]) => number[], labelled = true): Calibration => ({
  engine: referenceEngine(),
  batches: async function* (): AsyncGenerator<Batch> {
    const classes = Array.from({ length: SAMPLES }, (_, sample) => sample % 3);
    yield {
      size: SAMPLES,
      data: Float32Array.from(classes.flatMap((one) => change([50 + 100 * one, 0, 0]))),
      indices: Uint32Array.from(classes, (_, sample) => sample),
      ...(labelled && { labels: Int32Array.from(classes) }),
    };
  },
});

test('an input as in training has no cause', async () => {
  const { accuracy, chance, atChance, cause, samples, tried } = await examineInput(
    ann,
    shades((pixel) => pixel),
  );
  expect({ accuracy, chance, atChance, cause, samples }).toEqual({
    accuracy: 1,
    chance: 1 / 3,
    atChance: false,
    cause: undefined,
    samples: SAMPLES,
  });
  expect(tried).toHaveLength(4);
});

test.each([
  ['multiplied by 255', 'input scale', (pixel: number[]) => pixel.map((x) => x / 255)],
  ['divided by 255', 'input scale', (pixel: number[]) => pixel.map((x) => x * 255)],
  // 0.5 is taken off and the rest divided by 0.5: x / 2 + 0.5 is undone
  ['less a mean of 0.5, divided by 0.5', 'input scale', (pixel: number[]) => pixel.map((x) => x / 2 + 0.5)],
  ['with its channels reversed', 'input channel order', (pixel: number[]) => pixel.toReversed()],
])('an input that must be %s is named', async (change, kind, plant) => {
  const { accuracy, atChance, cause } = await examineInput(ann, shades(plant));
  expect(accuracy).toBeLessThan(0.7);
  if (!change.startsWith('less')) expect(atChance).toBe(true);
  expect(cause).toMatchObject({ kind });
  expect(cause!.evidence).toContain(`with the input ${change}, 100 % of the answers are right`);
});

test('where no change brings answers back, none is named', async () => {
  const { atChance, cause } = await examineInput(
    ann,
    shades(() => [0, 0, 0]),
  );
  expect(atChance).toBe(true);
  expect(cause).toBeUndefined();
});

test('a network that answers alike at every scale has no wrong scale', async () => {
  const nodes = ann.nodes.map((node) =>
    node.op === 'dense' ? { ...node, bias: undefined } : node,
  ) as Network['nodes'];
  const { tried, cause } = await examineInput(
    { ...ann, nodes },
    shades((pixel) => pixel),
  );
  expect(tried[0].accuracy).toBe(tried[1].accuracy);
  expect(cause).toBeUndefined();
});

test('examineInput() refuses samples without labels, none at all, and unknown options', async () => {
  const same = (pixel: number[]): number[] => pixel;
  await expect(examineInput(ann, shades(same, false))).rejects.toThrow('every batch must have labels');
  await expect(examineInput(ann, { ...shades(same), batches: async function* () {} })).rejects.toThrow('at least 1');
  await expect(examineInput(ann, shades(same), { samples: 0 })).rejects.toThrow(/samples/);
  await expect(examineInput(ann, shades(same), { sample: 1 } as never)).rejects.toThrow(/sample/);
});
