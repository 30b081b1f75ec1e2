// A process of its own for each way to train, because tfjs keeps its kernels in one place. See job.ts.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { Ready, Round, TrainingJob } from './job.js';
import { MOST_STEPS, ourTraining, type TakeSteps } from './our-training.js';
import { plainTraining } from './plain-training.js';

/** Milliseconds of processor time, at least: engines compile what runs often anew. The peer holds the same. */
const WARM_UP = 3000;
const ROUND = 400;

const starts: Readonly<Record<string, (job: TrainingJob) => Promise<TakeSteps>>> = {
  fused: (job) => ourTraining(job, true),
  compositions: (job) => ourTraining(job, false),
  tfjs: plainTraining,
};

const answer = (message: Ready | Round): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const job: TrainingJob = JSON.parse((await lines.next()).value);
const takeSteps = await starts[job.variant](job);
const count = await warmUp();
answer({ ready: true, versions: versions() });
while ((await lines.next()).value === 'run') {
  const [start, before] = [performance.now(), busy()];
  await takeSteps(count);
  answer({ wall: (performance.now() - start) / count, busy: (busy() - before) / count });
}
process.exit();

/** Runs until compiled code is in place; tells how many steps make a round that a clock can measure. */
async function warmUp(): Promise<number> {
  const start = busy();
  let last = 0;
  while (busy() - start < WARM_UP) {
    const before = busy();
    await takeSteps(4);
    last = (busy() - before) / 4;
  }
  return Math.min(MOST_STEPS, Math.ceil(ROUND / last));
}

/** Milliseconds of processor time that the process has used. */
function busy(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const names = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', '@spikewright/tfjs-kernels-wasm'];
  return Object.fromEntries(names.map((name) => [name, require(`${name}/package.json`).version]));
}
