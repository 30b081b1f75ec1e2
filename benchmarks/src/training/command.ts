import { Command } from 'commander';
import { names, wholeNumber } from '../engine/parse-options.js';
import { measureTraining } from './measure-training.js';
import { nets, netsNamed } from './nets.js';
import { trainingTable } from './training-table.js';
import { writeTraining } from './write-training.js';

interface Options {
  readonly nets: readonly string[];
  readonly rounds: number;
  readonly peers: boolean;
  readonly json: boolean;
}

const OURS = ['fused', 'compositions', 'tfjs'];
const PEERS = ['torch-eager', 'torch-compiled'];

/** The command `training`: what a training step costs. */
export const trainingCommand: Command = new Command('training')
  .description('time training steps: our kernels, compositions of tfjs kernels, plain tfjs, PyTorch')
  .option(
    '--nets <names>',
    `networks: ${nets.map(({ name }) => name).join(',')}`,
    names,
    nets.map(({ name }) => name),
  )
  .option('--rounds <n>', 'rounds of each network', wholeNumber, 9)
  .option('--peers', 'PyTorch too (peers/requirements.txt; SPIKEWRIGHT_PYTHON names the Python)', false)
  .option('--json', 'write results to benchmarks/results', false)
  .action(trainingBenchmark);

async function trainingBenchmark({ nets: wanted, rounds, peers, json }: Options): Promise<void> {
  const results = await measureTraining({
    nets: netsNamed(wanted),
    variants: [...OURS, ...(peers ? PEERS : [])],
    rounds,
    say: (what) => console.error(what),
  });
  for (const net of results.nets) console.log(`\n${trainingTable(net)}`);
  if (json) console.log(`wrote ${await writeTraining(results)}`);
}
