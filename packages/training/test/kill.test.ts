import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { randomStream, saveNetwork } from '@spikewright/snn-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundle } from './bundle.js';
import { trainings } from './killable.js';
import { startBackend } from './tiny.js';

let program: Bundle;
beforeAll(async () => {
  await startBackend();
  // Stays alive after the last step, so that it is always killed.
  program = await bundle(`
    import { rename, writeFile } from 'node:fs/promises';
    import { trainings } from '${fileURLToPath(new URL('./killable.ts', import.meta.url))}';
    import { startBackend } from '${fileURLToPath(new URL('./tiny.ts', import.meta.url))}';
    await startBackend();
    const onCheckpoint = async (bytes) => {
      await writeFile('checkpoint.part', bytes);
      await rename('checkpoint.part', 'checkpoint');
      process.send('saved');
    };
    await trainings[process.argv[2]]({ checkpointEvery: 1, onCheckpoint });
    setInterval(() => undefined, 1000);
  `);
}, 60_000);
afterAll(() => program.remove());

/** Starts a training, kills it so many milliseconds after its first checkpoint, and gives the last one. */
async function killed(name: string, delay: number): Promise<Uint8Array> {
  const folder = fileURLToPath(new URL('.', program.module));
  const child = fork(fileURLToPath(program.module), [name], { cwd: folder });
  child.once('message', () => setTimeout(() => child.kill('SIGKILL'), delay));
  await new Promise((resolve) => child.on('exit', resolve));
  expect(child.signalCode).toBe('SIGKILL');
  return readFile(`${folder}checkpoint`);
}

// Drawn anew in every run; a failure tells the seed.
const seed = Date.now() % 2 ** 32;
const draw = randomStream(seed);

test.each(Object.entries(trainings))('%s killed at any moment goes on to the same weights', async (name, run) => {
  const start = performance.now();
  const whole = await run({});
  const duration = performance.now() - start;
  for (let round = 1; round <= 2; round++) {
    const delay = draw() * duration;
    const moment = `seed ${seed}, round ${round}, killed ${delay.toFixed(1)} ms after the first checkpoint`;
    const resumed = await run({ resume: await killed(name, delay) });
    expect(saveNetwork(resumed.network), moment).toEqual(saveNetwork(whole.network));
    expect(resumed.history, moment).toEqual(whole.history);
  }
});
