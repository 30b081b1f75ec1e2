import { describeMachine } from '../engine/machine.js';
import { median } from '../engine/statistics.js';
import type { Round, TrainedNet } from './job.js';
import { startTraining, type TrainingProcess } from './process.js';
import type { NetResult, TrainingCost, TrainingResults } from './results.js';

/** What is measured. */
export interface TrainingPlan {
  readonly nets: readonly TrainedNet[];
  /** The first is what the others are compared with. */
  readonly variants: readonly string[];
  readonly rounds: number;
  /** Hears what is being done. */
  readonly say: (what: string) => void;
}

const SETTING = { bound: 4, levels: 8, rate: 1e-3 } as const;

/** Times training steps in rounds that are interleaved, A B C A B C, one thread each. A variant that fails is left out. */
export async function measureTraining(plan: TrainingPlan): Promise<TrainingResults> {
  const skipped: { variant: string; reason: string }[] = [];
  const results: NetResult[] = [];
  for (const net of plan.nets) results.push({ net, costs: await measureNet(net, plan, skipped) });
  const date = new Date().toISOString().slice(0, 10);
  return { format: 1, benchmark: 'training', date, machine: describeMachine(), nets: results, skipped };
}

async function measureNet(
  net: TrainedNet,
  { variants, rounds, say }: TrainingPlan,
  skipped: { variant: string; reason: string }[],
): Promise<TrainingCost[]> {
  const started: { variant: string; process: TrainingProcess; taken: Round[] }[] = [];
  for (const variant of variants) {
    say(`${net.name}: starting ${variant}`);
    try {
      started.push({ variant, process: await startTraining({ ...net, ...SETTING, variant }), taken: [] });
    } catch (error) {
      skipped.push({ variant, reason: (error as Error).message });
      say((error as Error).message);
    }
  }
  try {
    for (let round = 1; round <= rounds; round++) {
      say(`${net.name}: round ${round} of ${rounds}`);
      for (const { process, taken } of started) taken.push(await process.run());
    }
  } finally {
    for (const { process } of started) process.stop();
  }
  return started.map(({ variant, process: { ready }, taken }) => ({
    variant,
    busy: median(taken.map(({ busy }) => busy)),
    wall: median(taken.map(({ wall }) => wall)),
    ratio: median(taken.map(({ busy }, round) => busy / started[0].taken[round].busy)),
    rounds: taken,
    versions: ready.versions,
    ...(ready.form !== undefined && { form: ready.form }),
  }));
}
