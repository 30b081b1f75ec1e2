import { checkNetwork } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { noise } from '../src/training/data.js';
import type { TrainingJob } from '../src/training/job.js';
import { measureTraining } from '../src/training/measure-training.js';
import { nets, netsNamed } from '../src/training/nets.js';
import { networkOf } from '../src/training/network.js';
import { ourTraining } from '../src/training/our-training.js';
import type { NetResult } from '../src/training/results.js';
import { trainingTable } from '../src/training/training-table.js';

const job: TrainingJob = {
  ...{ name: 'tiny', input: [6, 6, 2], layers: [4, 'pool', 5], classes: 3, batch: 4 },
  ...{ variant: 'fused', bound: 4, levels: 8, rate: 1e-3 },
};

test('the networks are those of the requirement: 29,821 parameters, and 1.48 and 38.6 million multiplications', () => {
  const counted = nets.map((net) => {
    const network = networkOf({ ...net, variant: '', bound: 4, levels: 8, rate: 1e-3 });
    const shapes = checkNetwork(network);
    let [parameters, products] = [0, 0];
    for (const node of network.nodes) {
      if (node.op === 'qcfs') parameters += 1;
      if (node.op === 'batchNorm') parameters += node.gamma.data.length + node.beta.data.length;
      if (node.op !== 'conv2d' && node.op !== 'dense') continue;
      parameters += node.kernel.data.length + (node.bias?.data.length ?? 0);
      const [height, width] = node.op === 'conv2d' ? (shapes.get(node.name) as number[]) : [1, 1];
      products += node.kernel.data.length * height * width;
    }
    return { parameters, products };
  });
  expect(counted[0]).toEqual({ parameters: 29_821, products: 1_483_328 });
  expect(counted[1].products).toBe(38_653_952);
});

test('netsNamed() says which networks there are', () => {
  expect(netsNamed(['mnist']).map(({ name }) => name)).toEqual(['mnist']);
  expect(() => netsNamed(['resnet'])).toThrow(
    'Cannot measure training: the network must be one of mnist, vgg-small: resnet',
  );
});

test('noise() has a class for every image, and is the same each time', () => {
  const data = noise(job, 2);
  expect([data.size, data.data.length, [...data.labels]]).toEqual([8, 8 * 72, [0, 1, 2, 0, 1, 2, 0, 1]]);
  expect(noise(job, 2)).toEqual(data);
});

test('ourTraining() takes steps', async () => {
  const takeSteps = await ourTraining(job, true);
  await expect(takeSteps(2)).resolves.toBeUndefined();
});

test('measureTraining() leaves out what cannot run, and says why', async () => {
  const said: string[] = [];
  const results = await measureTraining({
    nets: [job],
    variants: ['nobody'],
    rounds: 1,
    say: (what) => said.push(what),
  });
  expect(results.nets).toEqual([{ net: job, costs: [] }]);
  expect(results.skipped[0].reason).toMatch(/^Cannot run nobody: it must not end early/);
  expect(said).toContain('tiny: starting nobody');
});

test('trainingTable() has a line for each way to train', () => {
  const cost = { wall: 3, rounds: [{ busy: 2, wall: 3 }], versions: {} };
  const result: NetResult = {
    net: job,
    costs: [
      { variant: 'fused', busy: 2, ratio: 1, ...cost },
      { variant: 'tfjs', busy: 16, ratio: 8, ...cost },
    ],
  };
  const lines = trainingTable(result).split('\n');
  expect(lines.find((line) => line.includes('tfjs'))).toMatch(/16\.0 .* 8\.00 .* 0\.13/);
});
