import Table from 'cli-table3';
import type { Proportion } from './proportion.js';
import type { Broken, GuaranteeResults, NetworkResults } from './results.js';
import { type Verdict, verdictOf } from './verdict.js';

/** The tables of a run: whether the promise held, then what each policy did; the verdict last. */
export function guaranteeTables(results: GuaranteeResults): string {
  const tables = results.networks.flatMap((network) => [promiseTable(network, results), policyTable(network, results)]);
  const verdicts = verdictOf(results).map((verdict) => sentence(verdict, results.delta));
  return [...tables, verdicts.join('\n')].join('\n\n');
}

const READINGS = {
  population: 'all images',
  future: 'the other half, told how many images it has',
  halves: 'the other half, not told',
} as const;

function sentence({ reading, worst, promised, holds }: Verdict, delta: number): string {
  const bound = promised
    ? `at most ${percent(delta, 0)} % promised: ${holds ? 'holds' : 'BROKEN'}`
    : 'nothing promised';
  return `More than ε additional errors, counted on ${READINGS[reading]}: in at most ${percent(worst, 1)} % of the draws; ${bound}`;
}

function promiseTable(
  { network, method, calibration, test, promises, steps }: NetworkResults,
  { scope, delta }: GuaranteeResults,
): string {
  const table = new Table({
    ...plain,
    head: ['ε %', 'fitted to, counted on', 'broken: lost answers %', 'broken: additional errors %', 'mean step'],
    colAligns: ['right', 'left', 'right', 'right', 'right'],
  });
  for (const { epsilon, population, halves, future } of promises) {
    const row = (what: string, { lost, errors, meanStep }: Broken) =>
      table.push([percent(epsilon, 1), what, interval(lost), interval(errors), meanStep.toFixed(3)]);
    row(`${calibration} drawn from all, all`, population);
    row('a half, the other half', halves);
    row(`a half for ${test} to come, the other half`, future);
  }
  return [
    `${network}, ${method}, T = ${steps}: how often the promise was broken in ${scope.splits} draws; at most ${percent(delta, 0)} % were promised`,
    table.toString(),
    '95 % intervals of Clopper and Pearson. The second line counts on a sample what was promised of all images.',
  ].join('\n');
}

function policyTable({ network, accuracy, policies, steps }: NetworkResults, { scope }: GuaranteeResults): string {
  const table = new Table({
    ...plain,
    head: ['policy', 'level %', 'mean step', 'accuracy %', 'lost answers %', 'additional errors %', 'sets that miss %'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const { policy, level, meanStep, accuracy: share, lost, errors, missed } of policies) {
    const cells = [meanStep.toFixed(2), percent(share), percent(lost), percent(errors)];
    table.push([
      policy,
      level === null ? '' : percent(level, 1),
      ...cells,
      missed === undefined ? '' : percent(missed),
    ]);
  }
  const title = `${network}: fitted to one half, measured on the other, mean of ${scope.policySplits} random splits; T = ${steps}, accuracy of all images ${percent(accuracy[steps - 1])} %`;
  return [title, table.toString()].join('\n');
}

const plain = { style: { head: [], border: [], compact: true } };
const percent = (share: number, digits = 2): string => (share * 100).toFixed(digits);
const interval = ({ share, low, high }: Proportion): string =>
  `${percent(share, 1)} [${percent(low, 1)}, ${percent(high, 1)}]`;
