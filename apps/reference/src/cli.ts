#!/usr/bin/env node
import { createRequire } from 'node:module';
import { HEBBIAN_LABEL } from '@spikewright/hebbian-tuner';
import { Command, InvalidArgumentError, Option } from 'commander';
import { doctorCommand } from './models/doctor-command.js';
import { inspectCommand } from './models/inspect-command.js';
import { modelFiles } from './models/read-model.js';
import { convertersCommand } from './run/converters-command.js';
import { TUNED_STEPS } from './run/tuners.js';
import { trainCommand } from './train/command.js';
import { dataSets } from './train/data-sets.js';
import { CHECKPOINT_STEPS } from './train/train-network.js';
import { DEFAULTS } from './train/train-options.js';

const { version } = createRequire(import.meta.url)('../package.json');

const program = new Command('spikewright')
  .description('Turns trained CNNs into spiking neural networks and measures what was gained')
  .version(version)
  .showHelpAfterError('(add --help for what can be said)');

const models = Object.entries(modelFiles)
  .map(([ending, format]) => `${ending} (${format})`)
  .join(', ');

const run = withModel(
  program.command('run', { isDefault: true }).description('convert a network, simulate it, report accuracy and cost'),
)
  .option(
    '--images <n>',
    'test images to measure on, drawn by the seed (default: all; those that a cutoff learns from, half at most, are left out)',
    wholeNumber(1, 1e6),
  )
  .option('--converter <names>', 'pipelines parted by commas, converters of one joined by +; see --list')
  .option(
    '--tuner <names>',
    `tuners parted by commas, each for a row beside the network as converted, tuned for ${TUNED_STEPS} steps whatever --steps is; hebbian-*: ${HEBBIAN_LABEL}; see --list`,
  )
  .option('--cutoff <names>', 'cutoffs parted by commas, each for a run that stops samples early, or none', 'top-k')
  .option(
    '--epsilon <share>',
    'errors that cutoffs put up with, risk-controlled among the test images of the run (default: what each takes by itself)',
    share,
  )
  .option('--list', "show what there is, and what of it is derived from a paper's abstract alone")
  .addOption(new Option('--engine <name>', 'what runs the networks').choices(['wasm', 'reference']).default('wasm'))
  .option('--out <folder>', 'where results are written', 'out')
  .action(async (model, { out, ...said }) => {
    // Loading what draws takes a second; other commands do without.
    const { runCommand } = await import('./run/command.js');
    // Where results lie does not change them: the same command gives the same bytes in every folder.
    await runCommand(model, { ...said, out }, `npm start -- ${words(model, said)}`);
  });

withModel(
  program
    .command('doctor')
    .description('convert a model and tell, layer by layer, what is wrong with the conversion and what to do'),
)
  .option('--images <n>', 'test images to look at, drawn by the seed', wholeNumber(1, 10_000), 64)
  .option('--converter <names>', 'pipelines parted by commas, converters of one joined by +; see run --list', 'norm')
  .action(doctorCommand);

program
  .command('inspect')
  .description('show what reading and converting a model will do with each of its layers')
  .argument('<model>', `file of a trained network: ${models}`)
  .addOption(
    new Option('--reset <kind>', 'what neurons of a NIR file do after a spike, if it does not say').choices([
      'subtract',
      'zero',
    ]),
  )
  .option('--dt <seconds>', 'how long a step is for leaky neurons of a NIR file, if it does not say', finite)
  .action(inspectCommand);

program
  .command('converters')
  .description('show what converters there are, and what kinds of networks each takes, found out by trying')
  .option('--markdown', 'as the page docs/converters.md', false)
  .action(convertersCommand);

program
  .command('train')
  .description(
    'train a network of the repository anew: on other images, with an activation made for few time steps, or as a spiking network',
  )
  .argument('<images>', `what to train on: ${Object.keys(dataSets).join(' or ')}`, oneOf(Object.keys(dataSets)))
  .option(
    '--data <folder>',
    'folder of the official files (default: where their package is installed, or data/cifar-10-batches-bin)',
  )
  .addOption(
    new Option(
      '--method <name>',
      "an ANN, or a spiking network directly, with neurons and loss as in the code of the method's authors: tet (Deng et al. 2022), tebn (Duan et al. 2022)",
    )
      .choices(['ann', 'tet', 'tebn'])
      .default(DEFAULTS.method),
  )
  .addOption(
    new Option(
      '--activation <name>',
      `of an ANN; qcfs and clip train their bound along (default: ${DEFAULTS.activation})`,
    ).choices(['relu', 'qcfs', 'clip']),
  )
  .option('--levels <n>', `L, the levels of qcfs (default: ${DEFAULTS.levels})`, wholeNumber(1, 1024))
  .option('--time-steps <n>', `T of tet and tebn (default: ${DEFAULTS.timeSteps})`, wholeNumber(1, 256))
  .option(
    '--rcs <alpha>',
    "weight of the RCS regularizer (Wu et al. 2025, as in the authors' code, a form for ANNs and one for direct training), such as 0.002 (default: none)",
    positive,
  )
  .option('--images <n>', 'training images, drawn by the seed, to try things out (default: all)', wholeNumber(1, 1e6))
  .option('--epochs <n>', 'passes over the training images', wholeNumber(1, 1000), DEFAULTS.epochs)
  .option('--seed <n>', 'seed of weights, order, shifts and mirror images', wholeNumber(0, 2 ** 32 - 1), DEFAULTS.seed)
  .option('--validation <share>', 'images held out and evaluated after each epoch', share, DEFAULTS.validation)
  .option(
    '--patience <n>',
    'epochs without a better held-out accuracy, after which the best one is taken; 0: train them all',
    wholeNumber(0, 1000),
    DEFAULTS.patience,
  )
  .option(
    '--workers <n>',
    'threads that share out each batch; another number gives other weights',
    wholeNumber(1, 32),
    DEFAULTS.workers,
  )
  .option(
    '--checkpoint-every <steps>',
    'steps between two checkpoints, with one after each epoch too',
    wholeNumber(1, 1e6),
    CHECKPOINT_STEPS,
  )
  .option(
    '--out <file>',
    'file of the trained network; log and plot lie beside it (default: out/<network>.safetensors)',
  )
  .option('--resume', 'go on from the checkpoint beside the file, with the same options otherwise', false)
  .addHelpText(
    'after',
    `
Beside out/<network>.safetensors lie <network>.jsonl, a line for each epoch; <network>.svg and .png, loss and accuracy over
epochs; and while it is trained, <network>.safetensors.checkpoint. Ctrl-C, and errors, say how to go on from there.`,
  )
  .action((dataSet, options) => trainCommand({ ...options, dataSet }));

program.addHelpText('after', () => `\n${run.helpInformation()}`);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(process.env.DEBUG ? error : `error: ${error.message}`);
  process.exitCode = 1;
}

/** Adds what is said of a model, its input and its images. */
function withModel(command: Command): Command {
  return command
    .argument('[model]', `file of a trained network: ${models} (default: the embedded MNIST network)`)
    .option(
      '--data <name>',
      `${Object.keys(dataSets).join(', ')}, or a folder of images, a sub-folder a class`,
      'mnist',
    )
    .option('--folder <path>', 'where the files of the data set lie (default: where their package is installed)')
    .option('--factor <n>', 'what intensities from 0 to 1 are multiplied by before the network; 255: bytes', finite)
    .option('--mean <list>', 'what is then taken off, one number or one a channel', finiteList)
    .option('--std <list>', 'what that is divided by, one number or one a channel', finiteList)
    .option('--calibration <n>', 'training images to measure activations on', wholeNumber(1, 1e6), 1000)
    .option('--steps <n>', 'time steps of each image', wholeNumber(1, 4096), 32)
    .option('--seed <n>', 'seed of all randomness', wholeNumber(0, 2 ** 32 - 1), 0);
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function finite(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number.');
}

function positive(text: string): number {
  const value = finite(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It must be above 0.');
}

function share(text: string): number {
  const value = finite(text);
  if (value >= 0 && value < 1) return value;
  throw new InvalidArgumentError('It must be from 0 to below 1.');
}

function finiteList(text: string): number[] {
  return text.split(',').map(finite);
}

/** The words that say the same again, defaults that have a value written out. */
function words(model: string | undefined, options: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(options).map(([name, value]) => `--${name} ${value}`);
  return [...(model === undefined ? [] : [model]), ...pairs].join(' ');
}

function oneOf(words: readonly string[]): (text: string) => string {
  return (text) => {
    if (words.includes(text)) return text;
    throw new InvalidArgumentError(`It must be ${words.join(' or ')}.`);
  };
}
