import { readFile } from 'node:fs/promises';
import { norm } from '@spikewright/converters-norm';
import { batches, shuffle, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { dataSets } from '@spikewright/reference/data-sets';
import { type Batch, loadNetwork, networkHash } from '@spikewright/snn-core';
import { Command } from 'commander';
import { describeMachine } from '../engine/machine.js';
import { wholeNumber } from '../engine/parse-options.js';
import { measureMetrics } from './measure-metrics.js';
import { checkTable, metricTable } from './metric-table.js';
import { checkNeuroBench } from './neuro-bench-check.js';
import { writeMetrics } from './write-metrics.js';

interface Options {
  readonly network: string;
  readonly images: number;
  readonly steps: number;
  readonly calibration: number;
  readonly seed: number;
  readonly rounds: number;
  readonly neurobench: boolean;
  readonly json: boolean;
}

/** The images and steps that NeuroBench is compared on: it takes them one at a time. */
const CHECKED = { images: 4, steps: 16 };

/** The command `metrics`: what counting spikes and operations costs, and whether NeuroBench counts the same. */
export const metricsCommand: Command = new Command('metrics')
  .description('time a run of engine-wasm with and without counting, on MNIST; compare counts with NeuroBench')
  .option('--network <file>', 'a network trained on MNIST', 'apps/reference/networks/mnist.safetensors')
  .option('--images <n>', 'test images, drawn by the seed, in one batch', wholeNumber, 64)
  .option('--steps <n>', 'T, time steps', wholeNumber, 64)
  .option('--calibration <n>', 'training images for norm(), drawn by the seed', wholeNumber, 200)
  .option('--seed <n>', 'what draws the images, from 1', wholeNumber, 1)
  .option('--rounds <n>', 'rounds of timing', wholeNumber, 15)
  .option('--neurobench', 'compare with the Python package neurobench (see peers/requirements-neurobench.txt)', false)
  .option('--json', 'write results to benchmarks/results', false)
  .action(metricsBenchmark);

async function metricsBenchmark({ rounds, neurobench, json, ...options }: Options): Promise<void> {
  const { images, steps, seed } = options;
  const ann = await loadNetwork(await readFile(options.network));
  const train = take(shuffle(await dataSets.mnist.load('train'), seed), options.calibration);
  const snn = await norm().convert(ann, { batches: () => batches(train), engine: wasmEngine() });
  const program = await wasmEngine().compile(snn);
  const measured = await measureMetrics({ program, ann, batch: await digits(images, seed), steps, seed, rounds });
  program.dispose();
  const results = {
    format: 1,
    benchmark: 'metrics',
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    network: { name: ann.meta.name ?? 'unnamed', hash: await networkHash(ann) },
    images,
    steps,
    seed,
    ...measured,
  } as const;
  console.log(metricTable(results));
  if (json) console.log(`wrote ${await writeMetrics(results)}`);
  if (!neurobench) return;
  console.log(`\n${checkTable(await checkNeuroBench(snn, await digits(CHECKED.images, seed), CHECKED.steps))}`);
}

async function digits(size: number, seed: number): Promise<Batch> {
  const test = take(shuffle(await dataSets.mnist.load('test'), seed), size);
  for await (const batch of batches(test, { size })) return batch;
  throw new RangeError('Cannot measure metrics: the data must hold images: none');
}
