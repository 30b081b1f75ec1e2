import { type Interval, interval95 } from '../interval.js';
import type { Measured } from './measure.js';
import { type Baseline, UNTUNED } from './methods.js';
import type { Reached, SeedRun, TunedRow } from './results.js';

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
      countedEnergyFall: fall(before, runs, ({ at97 }) => at97.energyNanojoules),
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
  return intervalOf(shares);
}

/** The interval over seeds; null where a value is not known, or for one seed. */
export function intervalOf(values: readonly (number | null)[]): Interval | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length || known.length < 2 ? null : interval95(known);
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

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
