import { availableParallelism } from 'node:os';
import { norm } from '@spikewright/converters-norm';
import { qcfs } from '@spikewright/converters-qcfs';
import { type TrainedName, trainedNetworks } from '@spikewright/reference/networks';
import { direct, type Recording, recordScores } from '@spikewright/snn-core';
import { Command } from 'commander';
import { wholeNumber } from '../../engine/parse-options.js';
import { circumstances, measuredAnn } from '../results.js';
import { readSetting, type Setting } from '../setting.js';
import { measurePolicies } from './measure-policies.js';
import { measurePromises } from './measure-promises.js';
import type { GuaranteeResults, NetworkResults } from './results.js';
import { rightAnswers } from './samples.js';
import { guaranteeTables } from './tables.js';
import { verdictOf } from './verdict.js';
import { writeGuarantee } from './write.js';

interface Options {
  readonly networks: readonly string[];
  readonly images: number;
  readonly splits: number;
  readonly policySplits: number;
  readonly seed: number;
  readonly json: boolean;
}

/** δ */
const DELTA = 0.1;
/** Training images that norm() takes its λ from. */
const CALIBRATION = 1000;

/** The command `guarantee`: whether 'at most ε more errors, with confidence 1 - δ' is true, and what it costs in steps. */
export const guaranteeCommand: Command = new Command('guarantee')
  .description('the promise of the risk-controlled cutoff on random splits, and what other cutoffs do')
  .option('--networks <names>', 'trained networks, parted by commas', (text) => text.split(','), [
    'mnist-qcfs4',
    'fashion-mnist-qcfs4',
    'mnist',
    'fashion-mnist',
  ])
  .option('--images <n>', 'test images, drawn by the seed', wholeNumber, 10_000)
  .option('--splits <n>', 'random splits for the promise', wholeNumber, 500)
  .option('--policy-splits <n>', 'random splits for the table of policies', wholeNumber, 20)
  .option('--seed <n>', 'what draws images and splits, from 1', wholeNumber, 1)
  .option('--json', 'write results and plot to benchmarks/results', false)
  .action(async ({ json, ...options }: Options) => {
    const results = await reproduceGuarantee(options, (what) => console.error(what));
    console.log(`\n${guaranteeTables(results)}\n\nMade by: ${results.command}`);
    if (json) for (const file of await writeGuarantee(results)) console.log(`wrote ${file}`);
    if (verdictOf(results).some(({ promised, holds }) => promised && !holds)) process.exitCode = 1;
  });

/**
 * Records the test images once for each network, and simulates splits on the recording.
 *
 * @param say - hears what is being done, a line each
 */
export async function reproduceGuarantee(
  options: Omit<Options, 'json'>,
  say: (what: string) => void,
): Promise<GuaranteeResults> {
  const { networks: names, images, splits, policySplits, seed } = options;
  const workers = Math.min(availableParallelism(), 8);
  const anns: GuaranteeResults['anns'][number][] = [];
  const networks: NetworkResults[] = [];
  for (const name of names) {
    say(`${name}: recording`);
    const setting = await readSetting(name, { images, calibration: CALIBRATION, seed, workers });
    const { method, recording } = await record(setting, seed);
    anns.push(measuredAnn(setting));
    const plan = (splits: number, what: string) => ({
      delta: DELTA,
      splits,
      seed,
      say: quarters(say, `${name}: ${what}`),
    });
    const { labels, steps } = recording;
    networks.push({
      network: name,
      method,
      steps,
      calibration: labels.length >> 1,
      test: labels.length - (labels.length >> 1),
      accuracy: accuracyByStep(recording),
      promises: measurePromises(recording, { ...plan(splits, 'promises'), epsilons: [0.005, 0.01, 0.02] }),
      policies: measurePolicies(recording, plan(policySplits, 'policies')),
    });
  }
  return {
    format: 1,
    reproduction: 'guarantee',
    command: `pnpm reproduce guarantee --json --networks ${names.join(',')} --images ${images} --splits ${splits} --policy-splits ${policySplits} --seed ${seed}`,
    scope: { images, seed, splits, policySplits },
    delta: DELTA,
    anns,
    networks,
    ...circumstances([
      'cutoff-conformal',
      'cutoff-topk',
      'converters-qcfs',
      'converters-norm',
      'engine-wasm',
      'snn-core',
    ]),
  };
}

/** Converts the network and runs every test image for all its steps. */
async function record(setting: Setting, seed: number): Promise<{ method: string; recording: Recording }> {
  const { levels } = trainedNetworks[setting.name as TrainedName];
  const [converter, method, steps] = levels ? [qcfs(), `QCFS, L = ${levels}`, 8] : [norm(), 'ReLU, norm()', 32];
  const snn = await converter.convert(setting.ann, setting.calibration);
  const program = await setting.calibration.engine.compile(snn);
  try {
    return { method, recording: await recordScores(program, setting.test(), { steps, encoder: direct(), seed }) };
  } finally {
    program.dispose();
  }
}

function accuracyByStep(recording: Recording): number[] {
  const right = rightAnswers(recording);
  const samples = recording.labels.length;
  const counts = Array.from({ length: recording.steps }, () => 0);
  right.forEach((answer, place) => {
    counts[place % recording.steps] += answer;
  });
  return counts.map((count) => count / samples);
}

/** Says 25, 50, 75 and 100 %. */
function quarters(say: (what: string) => void, what: string): (share: number) => void {
  let said = 0;
  return (share) => {
    const quarter = Math.floor(share * 4);
    if (quarter > said) say(`${what} ${quarter * 25} %`);
    said = Math.max(said, quarter);
  };
}
