import { availableParallelism } from 'node:os';
import { HEBBIAN_LABEL } from '@spikewright/hebbian-tuner';
import { Command } from 'commander';
import { wholeNumber } from '../../engine/parse-options.js';
import { circumstances, type MeasuredAnn, measuredAnn } from '../results.js';
import { readSetting } from '../setting.js';
import type { HebbianResults } from './results.js';
import { type Extent, measureDynamic, measureSeed, type Say } from './run.js';
import { rowsOf, type Trial } from './summarise.js';
import { hebbianTables } from './tables.js';
import { verdict } from './verdict.js';
import { writeHebbian } from './write.js';

interface Options extends Extent {
  readonly seeds: number;
  readonly json: boolean;
}

/** The command `hebbian`: how many steps tuners save on every baseline that the paper may have had. */
export const hebbianCommand: Command = new Command('hebbian')
  .description(
    `Hebbian tuner (${HEBBIAN_LABEL}): steps and energy to 97 and 99.5 % of the ANN, on weak and strong baselines`,
  )
  .option('--images <n>', 'test images for each seed', wholeNumber, 250)
  .option('--calibration <n>', 'training images for converters, for each seed', wholeNumber, 500)
  .option('--tuning <n>', 'how many of them tuners see', wholeNumber, 96)
  .option('--seeds <n>', 'seeds that draw the images, from 2 to 10', wholeNumber, 5)
  .option('--dynamic-images <n>', 'test images for learning while the network runs', wholeNumber, 40)
  .option('--workers <n>', 'worker threads', wholeNumber, Math.min(4, availableParallelism()))
  .option('--json', 'write results and plots to benchmarks/results', false)
  .action(async ({ json, ...options }: Options) => {
    const results = await reproduceHebbian(options, (what) => console.error(what));
    console.log(`\n${hebbianTables(results)}\n\nMade by: ${results.command}`);
    if (json) console.log(`Written: ${(await writeHebbian(results)).join(', ')}`);
    if (results.bounds.some(({ holds }) => !holds)) process.exitCode = 1;
  });

/**
 * Measures the Hebbian rules on the MNIST network.
 *
 * @param say - hears what is being done, a line each
 * @throws RangeError for fewer than 2 or more than 10 seeds
 */
export async function reproduceHebbian(options: Omit<Options, 'json'>, say: Say): Promise<HebbianResults> {
  const { images, calibration, tuning, dynamicImages, seeds: count, workers } = options;
  if (count < 2 || count > 10) throw new RangeError(`Cannot reproduce hebbian: --seeds must be from 2 to 10: ${count}`);
  const seeds = Array.from({ length: count }, (_, place) => place + 1);
  const trials = new Map<string, Trial>();
  let ann: MeasuredAnn | undefined;
  for (const seed of seeds) {
    const setting = await readSetting('mnist', { images, calibration, seed, workers });
    ann ??= measuredAnn(setting);
    for (const trial of await measureSeed(setting, { seed, tuning }, say)) {
      const key = `${trial.baseline.name}: ${trial.variant}`;
      const measured = [...(trials.get(key)?.measured ?? []), ...trial.measured];
      trials.set(key, { ...trial, images: setting.images, measured });
    }
  }
  const rows = rowsOf([...trials.values()]);
  return {
    format: 1,
    reproduction: 'hebbian',
    label: HEBBIAN_LABEL,
    command: `pnpm reproduce hebbian --json --images ${images} --calibration ${calibration} --tuning ${tuning} --seeds ${count} --dynamic-images ${dynamicImages}`,
    scope: { images, calibration, tuning, dynamicImages },
    seeds,
    ann: ann!,
    rows,
    dynamic: rowsOf(await measureDynamic(options, seeds[0], say)),
    ...verdict(rows),
    ...circumstances(['hebbian-tuner', 'converters-norm', 'energy-metrics', 'engine-wasm', 'snn-core']),
  };
}
