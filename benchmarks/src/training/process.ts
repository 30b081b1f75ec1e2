import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Ready, Round, TrainingJob } from './job.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const PEER = fileURLToPath(new URL('../../peers/training_torch.py', import.meta.url));

/** A way to train, warmed up in a process of its own. */
export interface TrainingProcess {
  readonly ready: Ready;
  /** Takes steps for a while. */
  run(): Promise<Round>;
  stop(): void;
}

/**
 * Starts a process, and waits until it is warm.
 *
 * @throws Error with what the process had to say, if it ends
 */
export async function startTraining(job: TrainingJob): Promise<TrainingProcess> {
  const python = job.variant.startsWith('torch');
  const command = python ? (process.env.SPIKEWRIGHT_PYTHON ?? 'python3') : process.execPath;
  const env = { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child = spawn(command, [python ? PEER : WORKER], { env });
  let said = '';
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-2000);
  });
  const ended = new Promise<Error>((resolve) => {
    child.on('error', (error) => resolve(new Error(`Cannot run ${job.variant}: it must start: ${error.message}`)));
    child.on('close', () => resolve(new Error(`Cannot run ${job.variant}: it must not end early: ${said.trim()}`)));
  });
  // A process that has ended leaves its last lines unread: the answer tells.
  child.stdin.on('error', () => undefined);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async <Answer>(line: string): Promise<Answer> => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await answers.next();
    if (done) throw await ended;
    return JSON.parse(value);
  };
  const ready = await ask<Ready>(JSON.stringify(job));
  return { ready, run: () => ask<Round>('run'), stop: () => void child.stdin.end('end\n') };
}
