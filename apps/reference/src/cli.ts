#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runCommand } from './run/command.js';
import { trainCommand } from './train/command.js';
import { dataSets } from './train/data-sets.js';

const { version } = createRequire(import.meta.url)('../package.json');

const program = new Command('spikewright')
  .description('Turns trained CNNs into spiking neural networks and measures what was gained')
  .version(version)
  .showHelpAfterError('(add --help for what can be said)');

const run = program
  .command('run', { isDefault: true })
  .description('convert the embedded MNIST network, simulate it, report accuracy and cost')
  .option('--images <n>', 'test images to measure on, drawn by the seed', wholeNumber(1, 10_000), 2000)
  .option('--calibration <n>', 'training images to measure activations on', wholeNumber(1, 60_000), 1000)
  .option('--steps <n>', 'time steps of each image', wholeNumber(1, 4096), 64)
  .option('--seed <n>', 'seed of all randomness', wholeNumber(0, 2 ** 32 - 1), 0)
  .addOption(new Option('--engine <name>', 'what runs the networks').choices(['wasm', 'reference']).default('wasm'))
  .option('--out <folder>', 'where results are written', 'out')
  .action(runCommand);

program
  .command('train')
  .description('train the network of the reference run: the embedded one anew, or on other images')
  .argument('<images>', `what to train on: ${Object.keys(dataSets).join(' or ')}`, oneOf(Object.keys(dataSets)))
  .option(
    '--data <folder>',
    'folder of the four official files, plain or .gz (default: where their package is installed)',
  )
  .option('--epochs <n>', 'passes over the training images', wholeNumber(1, 1000), 12)
  .option('--seed <n>', 'seed of weights, order and shifts', wholeNumber(0, 2 ** 32 - 1), 1)
  .option('--out <file>', 'file of the trained network (default: out/<images>.safetensors)')
  .option('--resume', 'go on from the checkpoint beside the file', false)
  .action((dataSet, options) => trainCommand({ ...options, dataSet }));

program.addHelpText('after', () => `\n${run.helpInformation()}`);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(process.env.DEBUG ? error : `error: ${error.message}`);
  process.exitCode = 1;
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function oneOf(words: readonly string[]): (text: string) => string {
  return (text) => {
    if (words.includes(text)) return text;
    throw new InvalidArgumentError(`It must be ${words.join(' or ')}.`);
  };
}
