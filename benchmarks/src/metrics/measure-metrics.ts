import { breakEven, compareEnergy, device, lemaire, proxy } from '@spikewright/energy-metrics';
import { type Batch, direct, type Evaluation, evaluate, type Network, type Program } from '@spikewright/snn-core';
import { median } from '../engine/statistics.js';
import type { MetricResults, RoundTimes } from './results.js';

/** What is timed. */
export interface MetricTask {
  readonly program: Program;
  /** The network before its conversion. */
  readonly ann: Network;
  readonly batch: Batch;
  readonly steps: number;
  readonly seed: number;
  readonly rounds: number;
}

/**
 * Times a run with and without counting, in interleaved rounds A B B A, and the reports after it. Processor time, which other
 * programs on the machine disturb least.
 */
export async function measureMetrics(
  task: MetricTask,
): Promise<Pick<MetricResults, 'bare' | 'counted' | 'ratio' | 'reports'>> {
  const { ann, program, rounds } = task;
  let evaluation = await count(task);
  await receive(task);
  const times: { readonly bare: number[]; readonly counted: number[] } = { bare: [], counted: [] };
  const timed = async <Value>(list: number[], work: () => Promise<Value>): Promise<Value> => {
    const before = process.cpuUsage();
    const value = await work();
    const { user, system } = process.cpuUsage(before);
    list.push((user + system) / 1000 / (task.batch.size * task.steps));
    return value;
  };
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) await timed(times.bare, () => receive(task));
    evaluation = await timed(times.counted, () => count(task));
    if (round % 2 === 1) await timed(times.bare, () => receive(task));
  }
  const [bare, counted] = [summary(times.bare), summary(times.counted)];
  const start = performance.now();
  writeReports(ann, program.network, evaluation);
  return { bare, counted, ratio: counted.median / bare.median, reports: performance.now() - start };
}

async function receive({ program, batch, steps, seed }: MetricTask): Promise<void> {
  for await (const _ of program.run(batch, { steps, encoder: direct(), seed, firstStop: steps }));
}

const count = ({ program, batch, steps, seed }: MetricTask): Promise<Evaluation> =>
  evaluate(program, [batch], { steps, encoder: direct(), seed });

/** All that `energy-metrics` makes of an evaluation. */
function writeReports(ann: Network, snn: Network, counts: Evaluation): void {
  const subject = { ann, snn, counts };
  compareEnergy([proxy(), lemaire(), device('loihi')], subject);
  breakEven(subject);
}

const summary = (rounds: readonly number[]): RoundTimes => ({
  median: median(rounds),
  min: Math.min(...rounds),
  max: Math.max(...rounds),
  rounds,
});
