import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { saveNetwork } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { initialise, train } from '@spikewright/training';
import { beforeAll, expect, test } from 'vitest';
import { bundle } from './bundle.js';
import { convolutional, startBackend } from './tiny.js';

beforeAll(startBackend);

const options = { epochs: 3, batchSize: 8, shift: 1, validation: 0.2, patience: 9, seed: 5 };

test('a training that was killed goes on from its last checkpoint to the same weights', async () => {
  const { module, remove } = await bundle(`
    import { rename, writeFile } from 'node:fs/promises';
    import { tinyBatch } from '@spikewright/testkit';
    import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
    import { initialise, train } from '@spikewright/training';
    import '@tensorflow/tfjs-backend-wasm';
    import { setBackend } from '@tensorflow/tfjs-core';
    import { convolutional } from '${fileURLToPath(new URL('./tiny.ts', import.meta.url))}';
    await setBackend('wasm');
    registerTrainingKernels();
    const start = initialise(convolutional(6, 3, 3), 7);
    const onCheckpoint = async (bytes) => {
      await writeFile('checkpoint.part', bytes);
      await rename('checkpoint.part', 'checkpoint');
      process.send('saved');
    };
    await train(start, tinyBatch(start, 40), ${JSON.stringify(options)}, { checkpointEvery: 1, onCheckpoint });
  `);
  try {
    const start = initialise(convolutional(6, 3, 3), 7);
    const samples = tinyBatch(start, 40);
    const whole = await train(start, samples, options);
    const folder = fileURLToPath(new URL('.', module));
    // Four steps an epoch: some way into the first epoch, and into the second.
    for (const checkpoints of [2, 6]) {
      const child = fork(fileURLToPath(module), { cwd: folder });
      let saved = 0;
      child.on('message', () => {
        saved += 1;
        if (saved === checkpoints) child.kill('SIGKILL');
      });
      await new Promise((resolve) => child.on('exit', resolve));
      expect(child.signalCode).toBe('SIGKILL');
      const resumed = await train(start, samples, options, { resume: await readFile(`${folder}checkpoint`) });
      expect(saveNetwork(resumed.network)).toEqual(saveNetwork(whole.network));
      expect(resumed.history).toEqual(whole.history);
    }
  } finally {
    await remove();
  }
});
