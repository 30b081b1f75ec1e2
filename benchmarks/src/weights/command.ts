import { type DataSetName, dataSets } from '@spikewright/reference/data-sets';
import { Command, Option } from 'commander';
import { wholeNumber } from '../engine/parse-options.js';
import { publishedModels } from '../reproduce/imports/models.js';
import { measureWeights } from './measure-weights.js';
import { readSubject } from './subject.js';
import { weightTable } from './weight-table.js';
import { writeWeights } from './write-weights.js';

interface Options {
  readonly network?: string;
  readonly models: string;
  readonly data?: DataSetName;
  readonly images: number;
  readonly steps: number;
  readonly calibration: number;
  readonly seed: number;
  readonly rounds: number;
  readonly json: boolean;
}

/** Where the trained networks lie. */
const NETWORKS: Readonly<Record<DataSetName, string>> = {
  mnist: 'apps/reference/networks/mnist.safetensors',
  'fashion-mnist': 'apps/reference/networks/fashion-mnist.safetensors',
  cifar10: 'apps/reference/networks/cifar10.safetensors',
};

/** The command `weights`: what rounding the weights of a trained network does to accuracy, spikes and speed. */
export const weightsCommand: Command = new Command('weights')
  .description('convert a trained network, and compare its float weights with weights of 8 and 7 bits')
  .option(
    '--network <file>',
    `a trained network, or ${Object.keys(publishedModels).join(', ')}, which others published (default: that of --data)`,
  )
  .addOption(
    new Option('--models <folder>', 'where published networks lie')
      .default('../shared/data/models')
      .env('SPIKEWRIGHT_MODELS'),
  )
  .addOption(
    new Option(
      '--data <name>',
      'test and calibration images (default: those a published network is for, else mnist)',
    ).choices(Object.keys(dataSets)),
  )
  .option('--images <n>', 'test images, drawn by the seed', wholeNumber, 10_000)
  .option('--steps <n>', 'T, time steps', wholeNumber, 64)
  .option('--calibration <n>', 'training images for norm(), drawn by the seed', wholeNumber, 1000)
  .option('--seed <n>', 'what draws the images, from 1', wholeNumber, 1)
  .option('--rounds <n>', 'rounds of timing', wholeNumber, 9)
  .option('--json', 'write results to benchmarks/results', false)
  .action(weightsBenchmark);

async function weightsBenchmark({ network, models, json, ...options }: Options): Promise<void> {
  const { ann, dataSet } = await readSubject(network ?? NETWORKS[options.data ?? 'mnist'], models);
  const data = options.data ?? dataSet ?? 'mnist';
  const results = await measureWeights({ ...options, ann, data, say: (what) => console.error(what) });
  console.log(`\n${weightTable(results)}`);
  if (json) console.log(`wrote ${await writeWeights(results, dataSet ? network! : data)}`);
}
