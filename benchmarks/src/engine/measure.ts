import type { Case } from './cases.js';
import { type EngineProcess, startEngine } from './engine-process.js';
import type { EngineEntry } from './engines.js';
import type { Answer, Examination, Job, Round } from './job.js';
import type { Timing } from './results.js';
import { median } from './statistics.js';

/** An engine takes no further rounds after this time in one case. */
const ENOUGH = 20_000;

/** An engine with the job that it was given. */
export interface Contender {
  readonly engine: EngineEntry;
  readonly job: Job;
  /** Ends its processes. */
  readonly signal: AbortSignal;
}

/** Checks the spikes of an engine and finds its fastest form, in a process that ends with it. */
export function examine({ engine, job, signal }: Contender): Promise<Examination> {
  return startEngine(engine, job, signal).ask<Examination>(JSON.stringify({ ...job, task: 'examine' }));
}

/** An engine that is warm and waits for its rounds. */
export interface Runner {
  readonly engine: string;
  readonly variant: unknown;
  readonly worker: EngineProcess;
}

/** Starts the process of an engine and warms it up. */
export async function warmUp({ engine, job, signal }: Contender): Promise<Runner> {
  const worker = startEngine(engine, job, signal);
  await worker.ask<Answer>(JSON.stringify({ ...job, task: 'measure' }));
  return { engine: engine.name, variant: job.variant, worker };
}

/**
 * Times warm engines on one case and ends their processes. Rounds are interleaved, A B C A B C, so that a busy spell of
 * the machine meets all alike.
 */
export async function measure(runners: readonly Runner[], { steps, batch }: Case, rounds: number): Promise<Timing[]> {
  const taken = new Map<Runner, Round[]>(runners.map((runner) => [runner, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [{ worker }, times] of taken) {
      if (times.reduce((sum, { wall }) => sum + wall, 0) > ENOUGH) continue;
      times.push(await worker.ask<Round>('run'));
    }
  }
  return Promise.all(Array.from(taken, ([runner, times]) => finish(runner, times, steps * batch)));
}

async function finish(
  { engine, variant, worker }: Runner,
  taken: readonly Round[],
  sampleSteps: number,
): Promise<Timing> {
  const { peakMemory } = await worker.ask<{ peakMemory: number }>('end');
  const rounds = taken.map(({ wall, busy }) => ({ wall: wall / sampleSteps, busy: busy / sampleSteps }));
  const walls = rounds.map(({ wall }) => wall);
  const busy = median(rounds.map((round) => round.busy));
  const [min, max] = [Math.min(...walls), Math.max(...walls)];
  return { engine, variant, median: median(walls), min, max, busy, rounds, peakMemory };
}
