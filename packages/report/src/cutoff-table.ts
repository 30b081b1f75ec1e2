import type { Group } from './groups.js';
import type { SpikingRecord } from './results.js';
import type { Table } from './tables.js';
import { total } from './work.js';

/** Runs with a cutoff beside the runs of the same networks to the end, and what a post-hoc cut of these claims. */
export const cutoffTable = ({ runs }: Group): Table => ({
  name: 'cutoffs',
  title: 'Stopping early, beside the run to the end and what a cut through its scores claims',
  head: [
    'run to the end',
    'cutoff',
    'accuracy to the end (%)',
    'accuracy (%)',
    'accuracy claimed (%)',
    'T',
    'mean stop step',
    'median',
    'OCT',
    'operations to the end',
    'operations',
    'operations (%)',
    'claimed by steps (%)',
  ],
  rows: runs.flatMap((run) => {
    const { cut } = run;
    const whole = runs.find(({ name, hashes }) => name === cut?.of && hashes.snn === run.hashes.snn);
    if (!cut || !whole) return [];
    const { steps, meanStopStep } = run.evaluation;
    const [all, spent] = [operations(whole), operations(run)];
    return [
      [
        whole.name,
        cut.cutoff,
        percent(whole),
        percent(run),
        cut.claimed.accuracy * 100,
        steps,
        meanStopStep,
        cut.medianStopStep,
        cut.optimal.mean,
        all,
        spent,
        all === 0 ? null : (100 * spent) / all,
        (100 * cut.claimed.meanStopStep) / steps,
      ],
    ];
  }),
});

const operations = ({ evaluation: { work } }: SpikingRecord): number =>
  total(work.accumulates) + total(work.multiplyAccumulates);

function percent({ evaluation: { accuracy, steps } }: SpikingRecord): number | null {
  const last = accuracy[steps - 1];
  return last === null ? null : last * 100;
}
