// A process of its own for each engine, so that its memory and its compiled code are its own. See job.ts.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { Batch } from '@spikewright/snn-core';
import type { Answer, Examination, Job } from './job.js';
import { readImages, readNetwork } from './read-workload.js';
import { simulate } from './simulate.js';
import { compareSpikes, expectedFile, firstSamples } from './spike-check.js';

/** Milliseconds, at least; the peers hold the same. */
const WARM_UP = 500;
const ROUND = 200;

const answer = (message: Answer | Examination): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const job: Job = JSON.parse((await lines.next()).value);
const simulation = await simulate(job.engine, await readNetwork(job.network), job.threads);
const images = await readImages(job.images);
if (job.task === 'examine') answer(await examine());
else await measure(firstSamples(images, job.batch));
process.exit();

async function examine(): Promise<Examination> {
  if (!job.check) return { versions: versions(), variant: null, layers: [] };
  const { batch, steps } = job.check;
  const counts = await simulation.count(firstSamples(images, batch), steps);
  // A quantised network spikes in its own way: it is held to the reference run of itself.
  const expected = await expectedFile(simulation.network, images, job.check);
  return { versions: versions(), variant: null, layers: await compareSpikes(counts, expected) };
}

async function measure(batch: Batch): Promise<void> {
  const run = () => simulation.run(batch, job.steps);
  const repeats = await warmUp(run);
  answer({ ready: true });
  while ((await lines.next()).value === 'run') {
    const [start, before] = [performance.now(), process.cpuUsage()];
    for (let repeat = 0; repeat < repeats; repeat++) await run();
    const { user, system } = process.cpuUsage(before);
    answer({ wall: (performance.now() - start) / repeats, busy: (user + system) / 1000 / repeats });
  }
  answer({ peakMemory: process.resourceUsage().maxRSS * 1024 });
}

/** Runs until compiled code is in place; tells how many runs make a round that a clock can measure. */
async function warmUp(run: () => Promise<void>): Promise<number> {
  await run();
  const start = performance.now();
  let runs = 0;
  do {
    await run();
    runs += 1;
  } while (performance.now() - start < WARM_UP);
  return Math.ceil((ROUND * runs) / (performance.now() - start));
}

function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const names = job.engine === 'tfjs' ? ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'] : [];
  return Object.fromEntries(names.map((name) => [name, require(`${name}/package.json`).version]));
}
