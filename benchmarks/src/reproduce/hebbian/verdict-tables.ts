import { markdownTable, percent, share } from './markdown.js';
import { UNTUNED, WEAKEST } from './methods.js';
import type { Bound, Comparison, Falls, TunedRow } from './results.js';
import { verdict } from './verdict.js';

const FEWER = ['fewer steps to 97 %', 'until it stays', 'less energy', 'counted'];
const fallsOf = ({ falls }: Comparison): string[] => cells(falls);
const cells = ({ steps, stays, energyByStep, energy }: Falls): string[] =>
  [steps, stays, energyByStep, energy].map(share);

/** What follows from the rows, in Markdown: what needs no tuner, whose the fall is, and how the published figures compare. */
export function verdictTables(rows: readonly TunedRow[]): string[] {
  const { best, bounds, tunerAlone, onTop, withoutTuner, changes, parts } = verdict(rows);
  const against = `against ${WEAKEST}, ${UNTUNED}`;
  return [
    `Without any tuner, ${against}:`,
    markdownTable(
      ['', ...FEWER],
      withoutTuner.map((one) => [one.to.baseline, ...fallsOf(one)]),
    ),
    'Without any tuner, one change at a time:',
    markdownTable(
      ['change', 'from', 'to', ...FEWER],
      changes.map((one) => [one.what, one.from.baseline, one.to.baseline, ...fallsOf(one)]),
      [1, 2],
    ),
    `Parts of the whole fall from ${WEAKEST}, ${UNTUNED}, to ${onTop.to.variant} on ${onTop.to.baseline}, in this order (another order shares out otherwise):`,
    markdownTable(
      ['change', 'to', 'of the steps to 97 %', 'until it stays', 'of the energy', 'counted'],
      parts.map((one) => [one.what, nameOf(one), ...cells(one.parts)]),
      [1],
    ),
    judged(`The tuner alone: ${tunerAlone.to.variant} on ${WEAKEST}, ${against}:`, tunerAlone.bounds),
    `It alone until 97 % stays reached: ${share(tunerAlone.falls.stays)} fewer steps.`,
    judged(`Best tuned row of all: ${best.variant} on ${best.baseline}, ${against}:`, bounds),
    `The tuner on top of the strongest baseline: ${onTop.to.variant} on ${onTop.to.baseline}, against the same ${UNTUNED}:`,
    markdownTable(['', ...FEWER], [[onTop.to.variant, ...fallsOf(onTop)]]),
  ];
}

const nameOf = ({ to }: Comparison): string =>
  to.variant === UNTUNED ? to.baseline : `${to.variant} on ${to.baseline}`;

const judged = (title: string, bounds: readonly Bound[]): string =>
  [title, '', ...bounds.map((bound) => `- ${wordsOf(bound)}`)].join('\n');

function wordsOf({ what, published, measured, holds }: Bound): string {
  const inMean = measured !== null && measured.low < published;
  const word = !holds ? 'DOES NOT HOLD' : inMean ? 'holds in the mean, its interval reaches below' : 'holds';
  return `${what}: published ${percent(published)}, measured ${share(measured)}: ${word}`;
}
