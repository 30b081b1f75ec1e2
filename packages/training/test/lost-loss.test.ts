import { type Network, saveNetwork } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { initialise, type Regularizer, type TrainResult, train, trainSpiking } from '@spikewright/training';
import { scalar } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { spikingConvolution } from './spiking.js';
import { convolutional, startBackend } from './tiny.js';

beforeAll(startBackend);

const ann = initialise(convolutional(6, 3, 3), 7);
const snn = initialise(spikingConvolution(6, 3, 3), 7);
/** Five steps an epoch. */
const options = { epochs: 3, batchSize: 8, seed: 5 };

/** A regularizer that adds 0 in the given number of steps, and from then on what is no loss. */
function lost(after: number, value: number): Regularizer {
  let steps = 0;
  const penalty = () => {
    steps += 1;
    return scalar(steps > after ? value : 0);
  };
  return { role: 'regularizer', spec: 1, name: 'lost', options: {}, penalty };
}

interface Hooks {
  regularizers: Regularizer[];
  onCheckpoint?(bytes: Uint8Array): void;
  resume?: Uint8Array;
}

//   the loop, and how it is run
const loops: [string, Network, (hooks: Hooks) => Promise<TrainResult>][] = [
  ['train', ann, (hooks) => train(ann, tinyBatch(ann, 40), options, hooks)],
  ['trainSpiking', snn, (hooks) => trainSpiking(snn, tinyBatch(snn, 40), { ...options, tebn: true }, hooks)],
];

test.each(loops)(
  '%s that loses its loss names the step, and the last good checkpoint goes on',
  async (_, start, run) => {
    const whole = await run({ regularizers: [lost(15, 0)] });
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const given: Uint8Array[] = [];
      const copies: Uint8Array[] = [];
      const onCheckpoint = (bytes: Uint8Array): void => {
        given.push(bytes);
        copies.push(bytes.slice());
      };
      // The third step of the second epoch.
      await expect(run({ regularizers: [lost(7, value)], onCheckpoint })).rejects.toThrow(
        new RangeError(`Cannot train: the loss must stay finite (a smaller learningRate may help): ${value} in step 8`),
      );
      expect(given).toHaveLength(1); // after the first epoch
      expect(given).toEqual(copies);
      const resumed = await run({ regularizers: [lost(10, 0)], resume: given[0] });
      expect(resumed).toEqual(whole);
      expect(saveNetwork(resumed.network)).not.toEqual(saveNetwork(start));
    }
  },
);
