import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EngineEntry } from './engines.js';
import type { Job } from './job.js';

const WORKER = new URL('./worker.js', import.meta.url);
const PEER = new URL('../../peers/peer.py', import.meta.url);

/** A process that does one job: lines of JSON go in and come out. */
export interface EngineProcess {
  /** Sends a line and waits for the answer to it. */
  ask<Answer>(line: string): Promise<Answer>;
}

/**
 * Starts the process of an engine.
 *
 * @param signal - ends it
 * @throws Error with what the process had to say, if it ends before it has answered
 */
export function startEngine(engine: EngineEntry, { threads }: Job, signal: AbortSignal): EngineProcess {
  const [command, ...parameters] =
    engine.language === 'node'
      ? [process.execPath, fileURLToPath(WORKER)]
      : [process.env.SPIKEWRIGHT_PYTHON ?? 'python3', fileURLToPath(PEER)];
  const env = { ...process.env, OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) };
  const child = spawn(command, parameters, { env, signal });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = failure(engine.name, child);
  // A process that has ended leaves its last lines unread: the answer tells.
  child.stdin.on('error', () => undefined);
  return {
    ask: async (line) => {
      child.stdin.write(`${line}\n`);
      const { value, done } = await answers.next();
      if (done) throw await ended;
      return JSON.parse(value);
    },
  };
}

/** Keeps what the process says on its error stream, for the case that it fails. */
function failure(engine: string, child: ChildProcessWithoutNullStreams): Promise<Error> {
  let said = '';
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-2000);
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(new Error(`Cannot run ${engine}: its process must start: ${error.message}`)));
    child.on('close', () => resolve(new Error(`Cannot run ${engine}: its process must not end early: ${said.trim()}`)));
  });
}
