import { createRequire } from 'node:module';
import { qcfs } from '@spikewright/converters-qcfs';
import { batches, shuffle, take } from '@spikewright/datasets';
import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import { dataSets } from '@spikewright/reference/data-sets';
import { chain, networkHash } from '@spikewright/snn-core';
import { Command, Option } from 'commander';
import { describeMachine } from '../engine/machine.js';
import { names, wholeNumber, wholeNumbers } from '../engine/parse-options.js';
import { readSetting } from '../reproduce/setting.js';
import { measureEarlyExit } from './measure.js';
import type { EarlyExit, EarlyExitResults } from './results.js';
import { earlyExitTable } from './table.js';
import { writeEarlyExit } from './write.js';

interface Options {
  readonly networks: readonly string[];
  readonly steps: readonly number[];
  readonly weights: 'float32' | '8 bits';
  readonly images: number;
  readonly rounds: number;
  readonly seed: number;
  readonly untold: boolean;
  readonly json: boolean;
}

/** Training images that `qcfs()` checks its networks on. */
const CALIBRATION = 64;

/** The command `early-exit`: whether time falls as operations do when samples are stopped early. */
export const earlyExitCommand: Command = new Command('early-exit')
  .description('stop samples early by fixed policies, and compare the time saved with the operations saved')
  .option('--networks <names>', 'trained networks with QCFS activations', names, ['mnist-qcfs4', 'cifar10-qcfs4'])
  .option('--steps <list>', 'T, time steps', wholeNumbers, [4, 16, 32])
  .addOption(new Option('--weights <form>', 'how weights are run').choices(['float32', '8 bits']).default('float32'))
  .option('--images <n>', 'test images, drawn by the seed, that run in one batch', wholeNumber, 512)
  .option('--rounds <n>', 'rounds of timing', wholeNumber, 9)
  .option('--seed <n>', 'what draws images and stops, from 1', wholeNumber, 1)
  .option('--untold', 'let the engine reckon with stops from step 1 on, as cutoffs do that look at scores', false)
  .option('--json', 'write results to benchmarks/results', false)
  .action(earlyExitBenchmark);

async function earlyExitBenchmark({ json, ...options }: Options): Promise<void> {
  const { networks, steps, weights, images, rounds, seed, untold } = options;
  const results: EarlyExit[] = [];
  for (const name of networks) {
    const { network, batch } = await readCase(name, options);
    const known = { network: name, hash: await networkHash(network), weights };
    for (const T of steps) {
      console.error(`${name}: T = ${T} ...`);
      const savings = await measureEarlyExit({
        engine: wasmEngine(),
        network,
        batch,
        steps: T,
        rounds,
        seed,
        told: !untold,
      });
      results.push(...savings.map((saving) => ({ ...known, ...saving })));
    }
  }
  const written: EarlyExitResults = {
    format: 1,
    benchmark: 'early-exit',
    command: `pnpm bench early-exit --json --networks ${networks.join(',')} --steps ${steps.join(',')} --weights '${weights}' --images ${images} --rounds ${rounds} --seed ${seed}${untold ? ' --untold' : ''}`,
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: versions(),
    images,
    seed,
    results,
  };
  console.log(`\n${earlyExitTable(written)}`);
  if (json) console.log(`wrote ${await writeEarlyExit(written)}`);
}

async function readCase(name: string, { weights, images, seed }: Pick<Options, 'weights' | 'images' | 'seed'>) {
  const { ann, calibration, dataSet } = await readSetting(name, {
    images: 1,
    calibration: CALIBRATION,
    seed,
    workers: 1,
  });
  const converter = weights === '8 bits' ? chain(qcfs(), quantizeWeights()) : qcfs();
  const network = await converter.convert(ann, calibration);
  const set = shuffle(await dataSets[dataSet].load('test'), seed);
  for await (const batch of batches(take(set, images), { size: images })) return { network, batch };
  throw new RangeError(`Cannot measure early exit: the data must hold images: none in ${set.name}`);
}

function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const packages = ['@spikewright/converters-qcfs', '@spikewright/engine-wasm', '@spikewright/snn-core'];
  return Object.fromEntries(packages.map((name) => [name, require(`${name}/package.json`).version]));
}
