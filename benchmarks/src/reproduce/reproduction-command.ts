import { availableParallelism } from 'node:os';
import { trainedNetworks } from '@spikewright/reference/networks';
import { Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../engine/parse-options.js';
import { showProgress } from './progress.js';
import type { Reproduction } from './results.js';
import { type ReproductionPlan, runReproduction } from './run-reproduction.js';
import { reproductionTables } from './table.js';
import { writeReproduction } from './write.js';

/** How a reproduction is run when nothing else is said. */
export interface ReproductionDefaults {
  readonly description: string;
  readonly networks: readonly string[];
  /** The names that may be chosen. @defaultValue the trained networks of the repository */
  readonly known?: readonly string[];
  readonly steps: number;
}

interface Options {
  readonly networks: readonly string[];
  readonly images: number;
  readonly calibration: number;
  readonly steps: number;
  readonly seed: number;
  readonly boundImages?: number;
  readonly json: boolean;
}

/** The command of a reproduction that measures methods on trained networks. */
export const reproductionCommand = (
  plan: ReproductionPlan,
  { description, networks, known = Object.keys(trainedNetworks), steps }: ReproductionDefaults,
  summary: (results: Reproduction) => string = reproductionTables,
): Command => {
  const command = new Command(plan.name)
    .description(description)
    .option('--networks <names>', 'networks, parted by commas', namesAmong(known), networks)
    .option('--images <n>', 'test images, drawn by the seed', wholeNumber, 2000)
    .option('--calibration <n>', 'training images, drawn by the seed', wholeNumber, 1000)
    .option('--steps <n>', 'T, time steps', wholeNumber, steps)
    .option('--seed <n>', 'what draws the images, from 1', wholeNumber, 1)
    .option('--json', 'write results and plot to benchmarks/results', false)
    .action(async ({ json, boundImages = 0, ...options }: Options) => {
      const { say, stop } = showProgress();
      const workers = Math.min(availableParallelism(), 8);
      const results = await runReproduction(plan, { ...options, boundImages, workers, say }).finally(stop);
      console.log(`\n${summary(results)}\n\nMade by: ${results.command}`);
      if (json) console.log(`Written: ${(await writeReproduction(results)).join(', ')}`);
    });
  if (!plan.bounded) return command;
  return command.option('--bound-images <n>', 'test images that bounds are measured on', wholeNumber, 10_000);
};

const namesAmong =
  (known: readonly string[]) =>
  (text: string): string[] => {
    const names = text.split(',');
    if (names.every((name) => known.includes(name))) return names;
    throw new InvalidArgumentError(`It must be among ${known.join(', ')}.`);
  };
