// When Top-K stops networks with QCFS, converted:
// node stops.mjs [--data FOLDER] [--epsilons 0,0.01,0.02,0.05] [--log FILE] FILE...
// Fitted to 10,000 training images as `pnpm reproduce rcs-topk` does, T = 4. A row of a table for each file, and the mean and
// standard deviation of files that follow one another and differ in their seed alone; a column for each ε that is named.
// The log has a JSON line for each file, with ε from 0 to 0.09.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { qcfs } from '@spikewright/converters-qcfs';
import { evaluateCutoff, optimalCutoffTimesteps, topK } from '@spikewright/cutoff-topk';
import { batches, shuffle, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { direct, loadNetwork, recordScores } from '@spikewright/snn-core';
import { dataSetOf, nameOf, openLog } from './files.mjs';

const { values, positionals } = parseArgs({
  options: {
    data: { type: 'string' },
    epsilons: { type: 'string', default: '0,0.01,0.02,0.05' },
    log: { type: 'string' },
  },
  allowPositionals: true,
});
const policies = Array.from({ length: 10 }, (_, at) => topK({ epsilon: at / 100, dropout: 0.3 }));
const shown = values.epsilons
  .split(',')
  .map((epsilon) => policies.findIndex(({ options }) => options.epsilon === Number(epsilon)));
if (shown.includes(-1)) throw new RangeError(`Cannot show: epsilons must be among 0, 0.01 to 0.09: ${values.epsilons}`);
const run = { steps: 4, encoder: direct(), seed: 1 };
const engine = wasmEngine();
const log = openLog(values.log);

const head = shown.map((place) => policies[place]).map(({ options }) => `ε = ${options.epsilon.toFixed(2)}`);
writeRow(['network', 'seed', 'T = 4', 'OCT', ...head]);
writeRow([...head, '', '', '', ''].map(() => '---'));
let seeds = [];
for (const [place, file] of positionals.entries()) {
  const { network, seed } = nameOf(file);
  const measured = await measure(file);
  writeRow([network, seed, ...cells([measured])]);
  seeds.push(measured);
  log(lineOf(network, seed, measured));
  if (positionals[place + 1] && nameOf(positionals[place + 1]).network === network) continue;
  if (seeds.length > 1) writeRow([network, 'mean ± sd', ...cells(seeds)]);
  seeds = [];
}

/** What is kept of a file. */
function lineOf(network, seed, { images, optimal, cuts }) {
  const cutoffs = cuts.map(({ mean, accuracy }, place) => ({
    epsilon: policies[place].options.epsilon,
    mean,
    accuracy,
  }));
  return { network, seed, images, accuracy: optimal.accuracy, optimalCutoff: optimal.mean, cutoffs };
}

/** OCT, and what each fit makes of the test images. */
async function measure(file) {
  const { load } = dataSetOf(file);
  const test = await load('test', values.data);
  const train = take(shuffle(await load('train', values.data), run.seed), 10_000);
  const read = (set) => batches(set, { size: 100 });
  const snn = await qcfs().convert(loadNetwork(await readFile(file)), { batches: () => read(train), engine });
  const program = await engine.compile(snn);
  const seen = await recordScores(program, read(train), { ...run, dropout: 0.3 });
  const scores = await recordScores(program, read(test), run);
  program.dispose();
  return {
    images: test.indices.length,
    optimal: optimalCutoffTimesteps(scores),
    cuts: policies.map((policy) => evaluateCutoff(scores, policy.fit(seen))),
  };
}

/** Accuracy of T steps, OCT, and the mean stop step and accuracy of each cutoff. */
function cells(all) {
  const accuracy = (stops) =>
    spread(
      stops.map((one) => 100 * one.accuracy),
      2,
    );
  const mean = (stops) =>
    spread(
      stops.map((one) => one.mean),
      3,
    );
  const optimal = all.map((one) => one.optimal);
  const cuts = shown.map((place) => all.map((one) => one.cuts[place]));
  return [accuracy(optimal), mean(optimal), ...cuts.map((stops) => `${mean(stops)} at ${accuracy(stops)}`)];
}

function spread(numbers, digits) {
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  if (numbers.length === 1) return mean.toFixed(digits);
  const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / (numbers.length - 1);
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}`;
}

function writeRow(row) {
  console.log(`| ${row.join(' | ')} |`);
}
