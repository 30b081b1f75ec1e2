import { type Batch, direct, type Program } from '@spikewright/snn-core';
import type { Round } from '../engine/job.js';
import { median } from '../engine/statistics.js';
import type { WeightTiming } from './results.js';

/** Times programs on a batch in interleaved rounds, A B C A B C; the first is what the others are compared with. */
export async function timeWeights(
  programs: readonly Program[],
  batch: Batch,
  steps: number,
  rounds: number,
): Promise<WeightTiming[]> {
  for (const program of programs) for (let warmUp = 0; warmUp < 2; warmUp++) await time(program, batch, steps);
  const taken: Round[][] = programs.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [place, program] of programs.entries()) taken[place].push(await time(program, batch, steps));
  }
  return taken.map((times) => summary(times, taken[0]));
}

/** Milliseconds a sample and step of one run; every frame is received, as a user's loop would. */
async function time(program: Program, batch: Batch, steps: number): Promise<Round> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  for await (const _ of program.run(batch, { steps, encoder: direct(), seed: 0, firstStop: steps }));
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const sampleSteps = batch.size * steps;
  return { wall: wall / sampleSteps, busy: (user + system) / 1000 / sampleSteps };
}

function summary(rounds: readonly Round[], yardstick: readonly Round[]): WeightTiming {
  const walls = rounds.map(({ wall }) => wall);
  return {
    median: median(walls),
    min: Math.min(...walls),
    max: Math.max(...walls),
    busy: median(rounds.map(({ busy }) => busy)),
    ratio: median(rounds.map(({ busy }, round) => busy / yardstick[round].busy)),
    rounds,
  };
}
