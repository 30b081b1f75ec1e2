import type { Interval } from '../interval.js';
import { BASELINES } from './methods.js';
import type { HebbianResults, Reached, SeedRun, TunedRow } from './results.js';
import { meanReached } from './summarise.js';

/** The tables of a run in Markdown, as the page shows them. */
export function hebbianTables(results: HebbianResults): string {
  const { rows, dynamic, ann, scope, seeds, bounds, best, withoutTuner, label } = results;
  const tables = BASELINES.map(({ name }) => tableOf(name, rows));
  const verdicts = bounds.map(
    ({ what, published, measured, holds }) =>
      `- ${what}: published ${percent(published)}, measured ${share(measured)}: ${holds ? 'holds' : 'DOES NOT HOLD'}`,
  );
  return [
    `${ann.title}, hebbian (${label}): mean over seeds ${seeds.join(', ')}, each with ${scope.images} test images and ${scope.calibration} calibration images of its own, of which tuners see ${scope.tuning}`,
    ...tables,
    `Learning while the network runs, ${scope.dynamicImages} images of seed ${seeds[0]}:`,
    ...BASELINES.filter(({ name }) => dynamic.some(({ baseline }) => baseline === name)).map(({ name }) =>
      tableOf(name, dynamic),
    ),
    [`Best: ${best.variant} on ${best.baseline}, against ${BASELINES[0].name}, untuned:`, ...verdicts].join('\n'),
    `Without any tuner, ${BASELINES[BASELINES.length - 1].name} against ${BASELINES[0].name}: ${share(withoutTuner)} fewer steps`,
  ].join('\n\n');
}

const HEAD = ['', '97 %', 'stays', '99.5 %', 'stays', 'nJ', 'nJ counted', 'fewer steps at 97 %', 'at 99.5 %', 'kept'];

function tableOf(baseline: string, rows: readonly TunedRow[]): string {
  const mine = rows.filter((row) => row.baseline === baseline);
  const cells = mine.map(({ variant, runs, latencyFall, latencyFall995 }) => [
    variant,
    ...[at97, at995].flatMap((at) => [number(runs, at, 'step', 1), number(runs, at, 'stays', 1)]),
    number(runs, at97, 'energyByStepNanojoules', 0),
    number(runs, at97, 'energyNanojoules', 0),
    variant === 'untuned' ? '' : share(latencyFall),
    variant === 'untuned' ? '' : share(latencyFall995),
    keptIn(runs),
  ]);
  const [{ tuned, steps }] = mine;
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const rule = HEAD.map((_, place) => (place === 0 || place === HEAD.length - 1 ? '---' : '--:'));
  return [
    `${baseline} (tuned for T = ${tuned}, run for ${steps} steps)`,
    '',
    line(HEAD),
    line(rule),
    ...cells.map(line),
  ].join('\n');
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

const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
const share = (interval: Interval | null): string =>
  interval === null
    ? '-'
    : `${(interval.mean * 100).toFixed(1)} ± ${((interval.high - interval.mean) * 100).toFixed(1)} %`;
