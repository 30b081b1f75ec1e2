import type { Interval } from '../interval.js';
import { UNTUNED } from './methods.js';
import type { Comparison, Falls, RowName, SeedRun, TunedRow } from './results.js';
import { fall, intervalOf, meanReached } from './summarise.js';

/** What a run took; null if it never got there. */
type Taken = (run: SeedRun) => number | null;

const forEach = (make: (of: Taken) => Interval | null): Falls => ({
  steps: make(({ at97 }) => at97.step),
  stays: make(({ at97 }) => at97.stays),
  energyByStep: make(({ at97 }) => at97.energyByStepNanojoules),
  energy: make(({ at97 }) => at97.energyNanojoules),
});

/** By what shares a row takes less than another, seed by seed. */
export const compare = (from: TunedRow, to: TunedRow): Comparison => ({
  from: nameOf(from),
  to: nameOf(to),
  falls: forEach((of) => fall(from.runs, to.runs, of)),
});

/** What share of all that is saved from the first row of a way to its last is saved between two of them, seed by seed. */
export const partOf = (way: readonly TunedRow[], from: TunedRow, to: TunedRow): Falls =>
  forEach((of) => {
    const saved = (a: TunedRow, b: TunedRow, seed: number): number | null => {
      const [before, after] = [of(a.runs[seed]), of(b.runs[seed])];
      return before === null || after === null ? null : before - after;
    };
    return intervalOf(
      way[0].runs.map((_, seed) => {
        const [part, whole] = [saved(from, to, seed), saved(way[0], way[way.length - 1], seed)];
        // Of nothing there are no parts.
        return part === null || whole === null || whole === 0 ? null : part / whole;
      }),
    );
  });

/** The tuned row with the fewest steps to 97 %; of equally fast ones the one that is first at 99.5 % as well. */
export function bestTuned(rows: readonly TunedRow[]): TunedRow {
  const steps = ({ runs }: TunedRow): number => meanReached(runs, ({ at97 }) => at97) ?? Number.POSITIVE_INFINITY;
  const steps995 = ({ runs }: TunedRow): number => meanReached(runs, ({ at995 }) => at995) ?? Number.POSITIVE_INFINITY;
  return rows
    .filter(({ variant }) => variant !== UNTUNED)
    .reduce((a, b) => (steps(b) < steps(a) || (steps(b) === steps(a) && steps995(b) < steps995(a)) ? b : a));
}

/** The names of a row. */
export const nameOf = ({ baseline, variant }: TunedRow): RowName => ({ baseline, variant });
