import Table from 'cli-table3';
import type { NeuroBenchCheck } from './neuro-bench-check.js';
import type { MetricResults } from './results.js';

/** What counting costs, in a table and a sentence. */
export function metricTable({ network, images, steps, bare, counted, ratio, reports }: MetricResults): string {
  const table = new Table({
    head: ['run', 'busy ms a sample and step', 'least', 'most'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, times] of [
    ['frames only', bare],
    ['with counts', counted],
  ] as const) {
    table.push([name, ...[times.median, times.min, times.max].map((value) => value.toPrecision(3))]);
  }
  const title = `${network.name} (${network.hash.slice(0, 12)}), ${images} images, ${steps} steps, engine-wasm, one thread`;
  const cost = `counting costs ${((ratio - 1) * 100).toFixed(1)} % of a run (ratio of medians of interleaved rounds)`;
  return `${title}\n${table}\n${cost}; all energy reports: ${reports.toFixed(0)} ms once`;
}

/** Our figures beside NeuroBench's, or why there are none. */
export function checkTable(check: NeuroBenchCheck): string {
  if ('skipped' in check) return `skipped: ${check.skipped}`;
  const table = new Table({
    head: ['metric', 'energy-metrics', 'NeuroBench', ''],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { metric, ours, theirs } of check.pairs)
    table.push([metric, String(ours), String(theirs), sameFigures(ours, theirs) ? 'same' : 'differs']);
  const versions = Object.entries(check.versions).map(([name, version]) => `${name} ${version}`);
  return `${versions.join(', ')}\n${table}`;
}

/** Sums of shares may differ in their last digits; NeuroBench rounds connection sparsity to 4. */
const sameFigures = (ours: number, theirs: number): boolean =>
  Math.abs(ours - theirs) <= 1e-12 * Math.abs(theirs) || Number(ours.toFixed(4)) === theirs;
