import { availableParallelism } from 'node:os';
import { norm } from '@spikewright/converters-norm';
import type { Batch } from '@spikewright/snn-core';
import { Command } from 'commander';
import { wholeNumber } from '../../engine/parse-options.js';
import { circumstances, measuredAnn } from '../results.js';
import { readSetting, type Setting } from '../setting.js';
import { measureAccuracy, type Say, STEPS } from './measure-accuracy.js';
import { measureDeviation } from './measure-deviation.js';
import type { L4Results } from './results.js';
import { LABEL, l4Tables } from './tables.js';
import { writeL4 } from './write.js';

interface Options {
  readonly images: number;
  readonly calibration: number;
  readonly seed: number;
  readonly seeds: number;
  readonly draws: number;
  readonly workers: number;
  readonly json: boolean;
}

/** Steps that potentials are summed over, and the images that are looked at. */
const DEVIATION = { steps: 16, images: 10 };

/** The command `l4`: what adjusting weights by their L4 norm does under Poisson input, and whether the norm tells the noise. */
export const l4Command: Command = new Command('l4')
  .description(
    `L4-norm weight adjustment (${LABEL}): accuracy under Poisson input, and what tells the potential's deviation`,
  )
  .option('--images <n>', 'test images, drawn by the seed', wholeNumber, 1000)
  .option('--calibration <n>', 'training images for converters, drawn by the seed', wholeNumber, 1000)
  .option('--seed <n>', 'what draws the images, and the first seed of the spikes', wholeNumber, 1)
  .option('--seeds <n>', 'seeds of the spikes, from 2 to 10', wholeNumber, 5)
  .option('--draws <n>', 'draws of the input of each image for the deviation', wholeNumber, 200)
  .option('--workers <n>', 'worker threads', wholeNumber, Math.min(4, availableParallelism()))
  .option('--json', 'write results and plots to benchmarks/results', false)
  .action(async ({ json, ...options }: Options) => {
    const results = await reproduceL4(options, (what) => console.error(what));
    console.log(`\n${l4Tables(results)}`);
    if (json) for (const file of await writeL4(results)) console.log(`wrote ${file}`);
  });

/**
 * Measures the L4 rules on the MNIST network.
 *
 * @param say - hears what is being done, a line each
 */
export async function reproduceL4(options: Omit<Options, 'json'>, say: (what: string) => void): Promise<L4Results> {
  const { images, calibration, seed, seeds, draws, workers } = options;
  if (seeds < 2 || seeds > 10) throw new RangeError(`Cannot reproduce l4: --seeds must be from 2 to 10: ${seeds}`);
  const setting = await readSetting('mnist', { images, calibration, seed, workers });
  const spikeSeeds = Array.from({ length: seeds }, (_, place) => seed + place);
  const rows = await measureAccuracy(setting, spikeSeeds, percentOf(say, 'accuracy'));
  const deviation = { steps: DEVIATION.steps, repetitions: draws, images: Math.min(DEVIATION.images, images) };
  const layers = await deviationOf(setting, deviation, seed, percentOf(say, 'deviation'));
  const packages = ['converters-l4', 'converters-norm', 'engine-wasm', 'snn-core'];
  return {
    format: 1,
    reproduction: 'l4',
    label: LABEL,
    command: `pnpm reproduce l4 --images ${images} --calibration ${calibration} --seed ${seed} --seeds ${seeds} --draws ${draws}`,
    scope: { images, calibration, seed },
    steps: STEPS[STEPS.length - 1],
    seeds: spikeSeeds,
    ann: measuredAnn(setting),
    rows,
    deviation: { ...deviation, layers },
    ...circumstances(packages),
  };
}

async function deviationOf(setting: Setting, plan: Omit<L4Results['deviation'], 'layers'>, seed: number, say: Say) {
  const { ann, calibration } = setting;
  const snn = await norm({ scope: 'layer' }).convert(ann, calibration);
  const first = await firstImages(setting, plan.images);
  return measureDeviation(snn, first, { ...plan, seed }, calibration.engine, say);
}

async function firstImages({ test }: Setting, size: number): Promise<Batch> {
  for await (const batch of test()) {
    const length = batch.data.length / batch.size;
    return { size, data: batch.data.subarray(0, size * length), indices: batch.indices.subarray(0, size) };
  }
  throw new RangeError('Cannot reproduce l4: there must be test images: none found');
}

const percentOf =
  (say: (what: string) => void, part: string): Say =>
  (what, share) =>
    say(`${part} ${String(Math.floor(share * 100)).padStart(2)} %: ${what}`);
