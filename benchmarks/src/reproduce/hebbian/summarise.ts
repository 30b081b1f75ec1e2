import { type Interval, interval95 } from '../interval.js';
import type { Measured } from './measure.js';
import { BASELINES, type Baseline, STRONGEST, UNTUNED, WEAKEST } from './methods.js';
import type { Bound, HebbianResults, Reached, SeedRun, TunedRow } from './results.js';

/** The published figures: 87.98 % fewer steps, 88.02 % less energy. */
const PUBLISHED = { latency: 0.8798, energy: 0.8802 };

/** A variant on a baseline, a measurement for each seed. */
export interface Trial {
  readonly baseline: Pick<Baseline, 'name' | 'tuned' | 'steps'>;
  readonly variant: string;
  readonly images: number;
  readonly measured: readonly Measured[];
}

/** Puts trials beside the untuned form of their baselines. */
export function rowsOf(trials: readonly Trial[]): TunedRow[] {
  return trials.map(({ baseline, variant, images, measured }) => {
    const untuned = trials.find((other) => other.baseline.name === baseline.name && other.variant === UNTUNED)!;
    const runs = measured.map(({ run }) => run);
    const before = untuned.measured.map(({ run }) => run);
    return {
      baseline: baseline.name,
      variant,
      tuned: baseline.tuned,
      steps: baseline.steps,
      images,
      accuracy: measured[0].accuracy.map((_, step) => mean(measured.map(({ accuracy }) => accuracy[step]))),
      runs,
      latencyFall: fall(before, runs, ({ at97 }) => at97.step),
      latencyFall995: fall(before, runs, ({ at995 }) => at995.step),
      energyFall: fall(before, runs, ({ at97 }) => at97.energyByStepNanojoules),
    };
  });
}

/** By what share something falls, seed by seed; null where it is not known for one of them. */
export function fall(
  before: readonly SeedRun[],
  after: readonly SeedRun[],
  of: (run: SeedRun) => number | null,
): Interval | null {
  const shares = before.map((run, seed) => {
    const [from, to] = [of(run), of(after[seed])];
    return from === null || to === null ? null : 1 - to / from;
  });
  const known = shares.filter((share) => share !== null);
  return known.length < shares.length || known.length < 2 ? null : interval95(known);
}

/** The mean of what the seeds reached; null where one did not. */
export function meanReached(
  runs: readonly SeedRun[],
  of: (run: SeedRun) => Reached,
  what: keyof Reached = 'step',
): number | null {
  const values = runs.map((run) => of(run)[what]);
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? null : mean(known);
}

/** The row with the fewest steps to 97 %, and how the published figures compare. */
export function verdict(rows: readonly TunedRow[]): Pick<HebbianResults, 'best' | 'bounds' | 'withoutTuner'> {
  const find = (baseline: string, variant: string): TunedRow =>
    rows.find((row) => row.baseline === baseline && row.variant === variant)!;
  const weakest = find(BASELINES.find(({ name }) => name === WEAKEST)!.name, UNTUNED).runs;
  const steps = ({ runs }: TunedRow): number => meanReached(runs, ({ at97 }) => at97) ?? Number.POSITIVE_INFINITY;
  const steps995 = ({ runs }: TunedRow): number => meanReached(runs, ({ at995 }) => at995) ?? Number.POSITIVE_INFINITY;
  // Of equally fast ones the one that is first at 99.5 % as well.
  const best = rows.reduce((a, b) =>
    steps(b) < steps(a) || (steps(b) === steps(a) && steps995(b) < steps995(a)) ? b : a,
  );
  const bound = (what: string, published: number, measured: Interval | null): Bound => ({
    what,
    published,
    measured,
    holds: measured !== null && measured.mean >= published,
  });
  return {
    best: { baseline: best.baseline, variant: best.variant },
    bounds: [
      bound(
        'fall of steps to 97 %',
        PUBLISHED.latency,
        fall(weakest, best.runs, ({ at97 }) => at97.step),
      ),
      bound(
        'fall of energy (energy of a mean step times steps)',
        PUBLISHED.energy,
        fall(weakest, best.runs, ({ at97 }) => at97.energyByStepNanojoules),
      ),
      bound(
        'fall of energy (counted up to that step)',
        PUBLISHED.energy,
        fall(weakest, best.runs, ({ at97 }) => at97.energyNanojoules),
      ),
    ],
    withoutTuner: fall(weakest, find(STRONGEST, UNTUNED).runs, ({ at97 }) => at97.step),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
