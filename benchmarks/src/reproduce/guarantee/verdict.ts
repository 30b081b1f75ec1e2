import type { GuaranteeResults } from './results.js';

/** Whether a promise was kept often enough: the largest share of draws of any row with more than ε additional errors. */
export interface Verdict {
  readonly reading: 'population' | 'future' | 'halves';
  readonly worst: number;
  /** Whether the reading is what the promise is about: of the plain halves it says nothing. */
  readonly promised: boolean;
  /** At most δ. */
  readonly holds: boolean;
}

/** What came of the promise in each reading. */
export function verdictOf({ networks, delta }: Pick<GuaranteeResults, 'networks' | 'delta'>): Verdict[] {
  const rows = networks.flatMap(({ promises }) => promises);
  const readings = ['population', 'future', 'halves'] as const;
  return readings.map((reading) => {
    const worst = Math.max(...rows.map((row) => row[reading].errors.share));
    return { reading, worst, promised: reading !== 'halves', holds: worst <= delta };
  });
}
