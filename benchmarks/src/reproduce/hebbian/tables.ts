import { compare } from './compare.js';
import { markdownTable, share } from './markdown.js';
import { BASELINES, UNTUNED } from './methods.js';
import type { HebbianMeasurements, Reached, SeedRun, TunedRow } from './results.js';
import { meanReached } from './summarise.js';
import { verdictTables } from './verdict-tables.js';

/** The tables of a run in Markdown, as the page shows them; all of them are made from its rows. */
export function hebbianTables({ rows, dynamic, ann, scope, seeds, label }: HebbianMeasurements): string {
  return [
    `${ann.title}, hebbian (${label}): mean over seeds ${seeds.join(', ')}, each with ${scope.images} test images and ${scope.calibration} calibration images of its own, of which tuners see ${scope.tuning}`,
    ...BASELINES.map(({ name }) => tableOf(name, rows)),
    `Learning while the network runs, ${scope.dynamicImages} images of seed ${seeds[0]}:`,
    ...BASELINES.filter(({ name }) => dynamic.some(({ baseline }) => baseline === name)).map(({ name }) =>
      tableOf(name, dynamic),
    ),
    ...verdictTables(rows),
  ].join('\n\n');
}

const HEAD = ['', '97 %', 'stays', '99.5 %', 'stays', 'nJ', 'nJ counted'];
const GAINS = ['fewer steps at 97 %', 'until it stays', 'at 99.5 %', 'less energy', 'counted', 'kept'];

function tableOf(baseline: string, rows: readonly TunedRow[]): string {
  const mine = rows.filter((row) => row.baseline === baseline);
  const untuned = mine.find(({ variant }) => variant === UNTUNED)!;
  const cells = mine.map((row) => {
    const { runs, variant, latencyFall995 } = row;
    const { steps, stays, energyByStep, energy } = compare(untuned, row).falls;
    return [
      variant,
      ...[at97, at995].flatMap((at) => [number(runs, at, 'step', 1), number(runs, at, 'stays', 1)]),
      number(runs, at97, 'energyByStepNanojoules', 0),
      number(runs, at97, 'energyNanojoules', 0),
      ...[steps, stays, latencyFall995, energyByStep, energy].map((fall) => (row === untuned ? '' : share(fall))),
      keptIn(runs),
    ];
  });
  const columns = [...HEAD, ...GAINS];
  const title = `${baseline} (tuned for T = ${untuned.tuned}, run for ${untuned.steps} steps)`;
  return [title, markdownTable(columns, cells, [columns.length - 1])].join('\n\n');
}

const at97 = (run: SeedRun): Reached => run.at97;
const at995 = (run: SeedRun): Reached => run.at995;

function number(runs: readonly SeedRun[], at: typeof at97, what: keyof Reached, digits: number): string {
  const mean = meanReached(runs, at, what);
  return mean === null
    ? '-'
    : mean.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** In how many seeds what was tuned was kept, wholly or in part. */
function keptIn(runs: readonly SeedRun[]): string {
  const decisions = runs.flatMap(({ notes }) => notes.slice(-1));
  if (decisions.length === 0) return '';
  const whole = decisions.filter((note) => note.includes(': kept')).length;
  const parts = decisions.filter((note) => note.includes('rolled back in')).length;
  return parts === 0 ? `${whole} of ${runs.length}` : `${whole} of ${runs.length}, ${parts} in part`;
}
