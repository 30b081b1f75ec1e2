import { type Batch, direct, type Engine, isWeighted, type Network, type Program } from '@spikewright/snn-core';
import type { Round } from '../engine/job.js';
import { median } from '../engine/statistics.js';
import { type Policy, policiesFor, stopOf } from './policies.js';
import type { EarlyExit } from './results.js';

/** What is measured of a network. */
export interface Measurement {
  readonly engine: Engine;
  readonly network: Network;
  readonly batch: Batch;
  readonly steps: number;
  readonly rounds: number;
  readonly seed: number;
  /** Whether the engine is told the first step at which a policy stops. */
  readonly told: boolean;
}

/** What is known of a result before it is given the names of its network. */
export type Saving = Omit<EarlyExit, 'network' | 'hash' | 'weights'>;

/** A run with a policy, or the full run. */
interface Runner {
  readonly program: Program;
  readonly stopAfter: (sample: number) => number;
  /** The first step at which one is stopped, which the engine is told. */
  readonly firstStop: number;
  readonly taken: Round[];
}

/**
 * Times the full run and one with each policy in interleaved rounds, A B C A B C, each on a program of its own, and sets the
 * time that a policy saves beside the operations that it saves.
 */
export async function measureEarlyExit(measurement: Measurement): Promise<Saving[]> {
  const { engine, network, batch, steps, rounds, seed, told } = measurement;
  const policies = policiesFor(steps);
  const full = await startRunner(engine, network, () => steps, steps);
  const stopped = await Promise.all(
    policies.map((policy) =>
      startRunner(engine, network, (sample) => stopOf(policy, seed, sample), told ? policy.first : 1),
    ),
  );
  const runners = [full, ...stopped];
  const work = await countOperations(full.program, measurement);
  for (const runner of runners) for (let warmUp = 0; warmUp < 2; warmUp++) await time(runner, batch, steps);
  for (let round = 0; round < rounds; round++) {
    for (const runner of runners) runner.taken.push(await time(runner, batch, steps));
  }
  for (const { program } of runners) program.dispose();
  return policies.map((policy, place) => saving(policy, full, stopped[place], work, measurement));
}

const startRunner = async (
  engine: Engine,
  network: Network,
  stopAfter: Runner['stopAfter'],
  firstStop: number,
): Promise<Runner> => ({
  program: await engine.compile(network),
  stopAfter,
  firstStop,
  taken: [],
});

/** The operations of each sample until each step, `[sample][step]`. */
async function countOperations(program: Program, { batch, steps }: Measurement): Promise<number[][]> {
  const weighted = program.network.nodes.filter(isWeighted).map(({ name }) => name);
  const work = Array.from({ length: batch.size }, () => [0]);
  for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 0, firstStop: steps })) {
    for (let row = 0; row < frame.rows; row++) {
      const until = work[frame.sampleOf(row)];
      const added = weighted.map((node) => frame.operations(node, row));
      const sum = added.reduce((all, one) => all + one.accumulates + one.multiplyAccumulates, 0);
      until.push(until[until.length - 1] + sum);
    }
  }
  return work;
}

/** One run, as a user's loop would do it. */
async function time({ program, stopAfter, firstStop }: Runner, batch: Batch, steps: number): Promise<Round> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 0, firstStop })) {
    for (let row = 0; row < frame.rows; row++) {
      if (frame.stepOf(row) >= stopAfter(batch.indices[frame.sampleOf(row)])) frame.stop(row);
    }
  }
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { wall, busy: (user + system) / 1000 };
}

function saving(
  policy: Policy,
  full: Runner,
  stopped: Runner,
  work: readonly (readonly number[])[],
  { batch, steps }: Measurement,
): Saving {
  const stops = Array.from(batch.indices, (sample) => stopped.stopAfter(sample));
  const operations = {
    full: mean(work.map((until) => until[steps])),
    stopped: mean(work.map((until, sample) => until[stops[sample]])),
  };
  const of = (measure: keyof Round) => ({
    full: median(full.taken.map((round) => round[measure])) / batch.size,
    stopped: median(stopped.taken.map((round) => round[measure])) / batch.size,
  });
  // Rounds are compared one by one: within the seconds of a round the machine was about equally busy.
  const savedOf = (measure: keyof Round) =>
    1 - median(stopped.taken.map((round, at) => round[measure] / full.taken[at][measure]));
  const [operationsSaved, wallSaved] = [1 - operations.stopped / operations.full, savedOf('wall')];
  return {
    steps,
    policy: policy.name,
    meanStop: mean(stops),
    operations,
    wall: of('wall'),
    busy: of('busy'),
    operationsSaved,
    wallSaved,
    ratio: wallSaved / operationsSaved,
    busyRatio: savedOf('busy') / operationsSaved,
    rounds: { full: full.taken, stopped: stopped.taken },
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
