import { l4 } from '@spikewright/converters-l4';
import { tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import {
  add,
  batch,
  calibration,
  convert,
  dense,
  find,
  folded,
  input,
  network,
  norms,
  rejection,
  relu,
  weights,
} from './tiny.js';

const B = l4({ rule: 'normalise' });
const toTheEnd = l4({ rule: 'normalise', scope: 'output' });

const ann = network(
  input(2),
  dense('hidden', 'input', [
    [1, 0],
    [0, 4],
  ], [1, 8]), // biome-ignore format: a table
  relu('relu', 'hidden'),
  dense('scores', 'relu', [
    [0, 9],
    [1, 0],
  ]), // biome-ignore format: a table
);

const changed = (same: number, samples: number) =>
  `l4: rule 'normalise' changes what the ANN computes: it gives ${same} of ${samples} calibration samples the answer that it gave before`;

describe('normalise', () => {
  test('normalise divides weights and bias of every neuron, the last layer too, and makes up for nothing', async () => {
    // hidden: q = 1, 4; c = 2; s = 2, 1/2. scores: q = 1, 9; c = 3; s = 3, 1/3.
    const adjusted = await convert(B, ann, batch([1, 1]));
    expect(weights(adjusted, 'hidden')).toBeAllClose([2, 0, 0, 2]);
    expect([...find(adjusted, 'hidden', 'dense').bias!.data]).toBeAllClose([2, 4]);
    expect(weights(adjusted, 'scores')).toBeAllClose([0, 3, 3, 0]);
  });

  test('normalise of the output leaves hidden layers', async () => {
    const adjusted = await convert(toTheEnd, ann, batch([1, 1]));
    expect(weights(adjusted, 'hidden')).toEqual(weights(ann, 'hidden'));
    expect(weights(adjusted, 'scores')).toBeAllClose([0, 3, 3, 0]);
    // What leads to the last softmax are the scores.
    const soft = { ...ann, nodes: [...ann.nodes, { op: 'softmax', name: 'p', inputs: ['scores'] } as const] };
    expect(weights(await convert(toTheEnd, soft, batch([1, 1])), 'scores')).toBeAllClose([0, 3, 3, 0]);
  });

  test('normalise says in the notes how many answers stayed', async () => {
    // Before: relu = (a + 1, 4 b + 8), scores = (4 b + 8, 9 a + 9). (0, 1): 12, 9; (0, 0): 8, 9; (1, 1): 12, 18.
    // After, last layer only: scores = (12 b + 24, 3 a + 3): the first is larger for all three.
    const samples = [batch([0, 1], [0, 0]), batch([1, 1])];
    expect((await convert(toTheEnd, ann, ...samples)).meta.notes).toEqual([changed(1, 3)]);
    expect((await convert(l4({ rule: 'normalise', strength: 0 }), ann, ...samples)).meta.notes).toEqual([
      changed(3, 3),
    ]);
    const noted = { ...ann, meta: { name: 'mine', notes: ['trained'] } };
    expect((await convert(toTheEnd, noted, ...samples)).meta).toEqual({
      name: 'mine',
      notes: ['trained', changed(1, 3)],
    });
  });

  test('normalise by the largest activation', async () => {
    // (1, 1): relu = (2, 12): c = sqrt(24), s = (sqrt(6), 1 / sqrt(6)). scores (12, 18): c = sqrt(216), s = sqrt(1.5) and 1 / that.
    const adjusted = await convert(l4({ rule: 'normalise', norm: 'max' }), ann, batch([1, 1]));
    expect(weights(adjusted, 'hidden')).toBeAllClose([Math.sqrt(6), 0, 0, 4 / Math.sqrt(6)]);
    expect(weights(adjusted, 'scores')).toBeAllClose([0, 9 / Math.sqrt(1.5), Math.sqrt(1.5), 0]);
  });

  test('normalise takes the weights of all branches that meet as those of one neuron', async () => {
    const branches = network(
      input(1),
      dense('left', 'input', [[1, 2]]),
      dense('right', 'input', [[0, 2]]),
      add('sum', 'left', 'right'),
    );
    // q = (1, 32^(1/4)); c = 32^(1/8) = 1.542211; s = c, 1 / c
    const adjusted = await convert(B, branches, batch([1]));
    expect(weights(adjusted, 'left')).toBeAllClose([1.542211, 2 / 1.542211], { relative: 1e-6 });
    expect(weights(adjusted, 'right')).toBeAllClose([0, 2 / 1.542211], { relative: 1e-6 });
  });

  test('normalise makes the L4 norms of every layer equal, before clip and QCFS layers as well', async () => {
    for (const name of ['chain', 'deep', 'depthwise', 'otherActivations']) {
      const { ann: given, samples } = await folded(tinyNetworks()[name]);
      const adjusted = await convert(l4({ rule: 'normalise', clamp: null }), given, samples);
      for (const node of adjusted.nodes) {
        if (node.op !== 'conv2d' && node.op !== 'dense') continue;
        const q = norms(node);
        expect(q).toBeAllClose(
          q.map(() => q[0]),
          { relative: 1e-5 },
        );
      }
    }
  });

  test('normalise refuses calibration without samples', async () => {
    expect(await rejection(() => B.convert(ann, calibration()))).toEqual(
      new RangeError('Cannot compare answers: calibration must hold at least 1 sample: 0 given'),
    );
  });
});
