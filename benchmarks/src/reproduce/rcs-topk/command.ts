import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { names, wholeNumber } from '../../engine/parse-options.js';
import { showProgress } from '../progress.js';
import { defaultNetworks } from './read-network.js';
import { reproduceRcsTopK } from './reproduce.js';
import { rcsTopKTables } from './tables.js';
import { writeRcsTopK } from './write.js';

interface Options {
  readonly networks: readonly string[];
  readonly images: number;
  readonly calibration: number;
  readonly steps: number;
  readonly seed: number;
  readonly json: boolean;
}

/** The command `rcs-topk`: what stopping early by Top-K costs and saves, on networks with RCS and without. */
export const rcsTopKCommand: Command = new Command('rcs-topk')
  .description('Top-K cutoff and OCT on QCFS, TET and TEBN networks, with RCS and without')
  .option('--networks <names>', 'networks, parted by commas', names, defaultNetworks)
  .option('--images <n>', 'test images, drawn by the seed', wholeNumber, 10_000)
  .option('--calibration <n>', 'training images that cutoffs are fitted to, drawn by the seed', wholeNumber, 10_000)
  .option('--steps <n>', 'T, time steps', wholeNumber, 4)
  .option('--seed <n>', 'what draws images and lost spikes, from 1', wholeNumber, 1)
  .option('--json', 'write results and plot to benchmarks/results', false)
  .action(async ({ json, ...options }: Options) => {
    const { say, stop } = showProgress();
    const workers = Math.min(availableParallelism(), 8);
    const results = await reproduceRcsTopK({ ...options, workers, say }).finally(stop);
    console.log(`\n${rcsTopKTables(results)}\n\nMade by: ${results.command}`);
    if (json) for (const file of await writeRcsTopK(results)) console.log(`wrote ${file}`);
  });
