import { bestTuned, compare, nameOf, partOf } from './compare.js';
import { BASELINES, CHANGES, STRONGEST, UNTUNED, WAY, WEAKEST } from './methods.js';
import type { Bound, Comparison, Part, TunedRow, Verdict } from './results.js';

/** The published figures: 87.98 % fewer steps, 88.02 % less energy. */
const PUBLISHED = { latency: 0.8798, energy: 0.8802 };

/** What follows from the rows: how the published figures compare, and what of the fall is whose. */
export function verdict(rows: readonly TunedRow[]): Verdict {
  const untuned = (baseline: string): TunedRow =>
    rows.find((row) => row.baseline === baseline && row.variant === UNTUNED)!;
  const on = (baseline: string): TunedRow[] => rows.filter((row) => row.baseline === baseline);
  const best = bestTuned(rows);
  const alone = compare(untuned(WEAKEST), bestTuned(on(WEAKEST)));
  return {
    best: nameOf(best),
    bounds: boundsOf(compare(untuned(WEAKEST), best)),
    tunerAlone: { ...alone, bounds: boundsOf(alone) },
    onTop: compare(untuned(STRONGEST), bestTuned(on(STRONGEST))),
    withoutTuner: BASELINES.filter(({ name }) => name !== WEAKEST).map(({ name }) =>
      compare(untuned(WEAKEST), untuned(name)),
    ),
    changes: CHANGES.map(({ what, from, to }) => ({ what, ...compare(untuned(from), untuned(to)) })),
    parts: partsOf([...WAY.map(untuned), bestTuned(on(STRONGEST))]),
  };
}

const partsOf = (way: readonly TunedRow[]): Part[] =>
  way.slice(1).map((to, place) => {
    const from = way[place];
    const change = CHANGES.find((one) => one.from === from.baseline && one.to === to.baseline);
    return { what: change?.what ?? 'tuner', ...compare(from, to), parts: partOf(way, from, to) };
  });

function boundsOf({ falls }: Comparison): Bound[] {
  const bound = (what: string, published: number, measured: Bound['measured']): Bound => ({
    what,
    published,
    measured,
    holds: measured !== null && measured.mean >= published,
  });
  return [
    bound('fall of steps to 97 %', PUBLISHED.latency, falls.steps),
    bound('fall of energy (energy of a mean step times steps)', PUBLISHED.energy, falls.energyByStep),
    bound('fall of energy (counted up to that step)', PUBLISHED.energy, falls.energy),
  ];
}
