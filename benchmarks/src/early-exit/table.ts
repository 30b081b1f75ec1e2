import Table from 'cli-table3';
import type { EarlyExitResults } from './results.js';

/** What time must at least save, as a share of what operations save. */
export const LEAST_RATIO = 0.8;

/** The table of a run: a line for each network, number of steps and policy. */
export function earlyExitTable({ results, images, seed }: EarlyExitResults): string {
  const table = new Table({
    head: ['network', 'weights', 'T', 'stops', 'mean', 'operations', 'ms', 'saved', 'by operations', 'busy', ''],
    colAligns: ['left', 'left', 'right', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { network, weights, steps, policy, meanStop, ...one } of results) {
    table.push([
      network,
      weights,
      steps,
      policy,
      meanStop.toFixed(2),
      percent(one.operationsSaved),
      one.wall.full.toPrecision(3),
      percent(one.wallSaved),
      one.ratio.toFixed(2),
      one.busyRatio.toFixed(2),
      one.ratio >= LEAST_RATIO ? '' : `below ${LEAST_RATIO}`,
    ]);
  }
  return `${images} test images, stops by seed ${seed}\n${table}\n${LEGEND}`;
}

const LEGEND = [
  'operations: accumulates and multiply-accumulates saved by the stops; ms: the full run, a sample, one thread, median of',
  'interleaved rounds; saved: of that time, median of the rounds; by operations: the one by the other; busy: the same by',
  'processor time',
].join('\n');

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
