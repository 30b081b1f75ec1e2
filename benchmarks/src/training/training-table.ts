import Table from 'cli-table3';
import type { NetResult } from './results.js';

/** The table of a network: a line for each way to train it. */
export function trainingTable({ net, costs }: NetResult): string {
  const first = costs[0]?.variant;
  const table = new Table({
    head: ['', 'busy ms', 'wall ms', 'range', `x ${first}`, `${first} takes`],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { variant, busy, wall, ratio, rounds } of costs) {
    const all = rounds.map((round) => round.busy);
    const range = `${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)}`;
    table.push([variant, busy.toFixed(1), wall.toFixed(1), range, ratio.toFixed(2), (1 / ratio).toFixed(2)]);
  }
  return `${net.name}, batch ${net.batch}, one thread\n${table}\n${LEGEND}`;
}

const LEGEND = [
  'busy: processor time of a training step, median of interleaved rounds, and its range; x: busy by that of the first line,',
  'median of the ratios of rounds (other work on the machine changes it least); takes: the same the other way round',
].join('\n');
