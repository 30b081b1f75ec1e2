import { type Case, describe } from './cases.js';
import type { EngineEntry } from './engines.js';
import type { Examination, Job } from './job.js';
import { describeMachine } from './machine.js';
import { type Contender, examine, measure, type Runner, warmUp } from './measure.js';
import { readImages, readNetwork } from './read-workload.js';
import type { Results, Skip, SpikeCheck, Timing } from './results.js';
import { type CheckRun, expectedFile } from './spike-check.js';
import { imageFile, networkFile } from './workload-files.js';

/** Short enough for the reference engine. */
const CHECKS: Readonly<Record<string, CheckRun>> = {
  mnist: { batch: 2, steps: 32 },
  vgg16: { batch: 2, steps: 8 },
};

/** What a run of the benchmark does. */
export interface Plan {
  readonly cases: readonly Case[];
  readonly engines: readonly EngineEntry[];
  readonly rounds: number;
  /** Hears what is being done. */
  readonly say: (what: string) => void;
  /** Receives the timings of each case when it is done. */
  readonly show: (one: Case, timings: readonly Timing[]) => void;
  /** Ends the run; the results are those of the cases that are done. */
  readonly signal: AbortSignal;
}

/** What has been found so far. */
interface Findings {
  readonly versions: Record<string, string>;
  readonly cases: { case: Case; timings: Timing[] }[];
  readonly checks: SpikeCheck[];
  readonly skipped: Skip[];
}

/** Runs all cases, one after another. An engine that fails is left out of the case, and the results say why. */
export async function runBenchmark(plan: Plan): Promise<Results> {
  const findings: Findings = { versions: {}, cases: [], checks: [], skipped: [] };
  for (const one of plan.cases) {
    if (!plan.signal.aborted) await runCase(plan, one, findings);
  }
  const date = new Date().toISOString().slice(0, 10);
  return { format: 1, date, machine: describeMachine(), ...findings };
}

async function runCase({ engines, rounds, say, show, signal }: Plan, one: Case, findings: Findings): Promise<void> {
  const skip = (engine: string, { message }: Error): void => {
    if (signal.aborted) return;
    findings.skipped.push({ engine, case: one, reason: message });
    say(message);
  };
  const runners: Runner[] = [];
  for (const engine of engines) {
    say(`${describe(one)}: starting ${engine.name}`);
    await start(one, engine, findings, signal).then(
      (runner) => runners.push(runner),
      (error) => skip(engine.name, error),
    );
    if (signal.aborted) return;
  }
  say(`${describe(one)}: timing`);
  try {
    const timings = await measure(runners, one, rounds);
    findings.cases.push({ case: one, timings });
    show(one, timings);
  } catch (error) {
    skip('all', error as Error);
  }
}

/** Checks an engine's spikes, chooses its form and warms it up. */
async function start(
  one: Case,
  engine: EngineEntry,
  { versions, checks }: Findings,
  signal: AbortSignal,
): Promise<Runner> {
  const { net, rate } = one;
  const job = await jobOf(one, engine, checks);
  const { variant, layers, ...found } = await examineOnce({ engine, job, signal });
  Object.assign(versions, found.versions);
  if (job.check) checks.push({ net, rate, engine: engine.name, ...CHECKS[net], layers });
  return warmUp({ engine, job: { ...job, variant }, signal });
}

/** Writes down what an engine has to do; its spikes are checked once for each network. */
async function jobOf(one: Case, engine: EngineEntry, checks: readonly SpikeCheck[]): Promise<Job> {
  const { net, rate, batch, steps, threads } = one;
  if (threads > engine.threads) {
    throw new RangeError(`Cannot run ${engine.name}: it can use ${engine.threads} thread: ${threads}`);
  }
  const network = await networkFile(net, rate);
  const images = await imageFile(net, Math.max(batch, CHECKS[net].batch));
  const checked = checks.some((check) => check.net === net && check.rate === rate && check.engine === engine.name);
  const check = checked ? null : { ...CHECKS[net], expected: await expected(network, images, CHECKS[net]) };
  return { task: 'examine', engine: engine.name, network, images, batch, steps, threads, variant: null, check };
}

const expected = async (network: string, images: string, check: CheckRun): Promise<string> =>
  expectedFile(await readNetwork(network), await readImages(images), check);

/** Engines in Node have one form each, so that nothing is left to examine after the check. */
async function examineOnce(contender: Contender): Promise<Examination> {
  const { engine, job } = contender;
  return engine.language === 'node' && !job.check ? { versions: {}, variant: null, layers: [] } : examine(contender);
}
