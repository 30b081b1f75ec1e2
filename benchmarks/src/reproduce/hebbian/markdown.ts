import type { Interval } from '../interval.js';

/** A table in Markdown: columns to the right, but for the first and those whose places are named. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  left: readonly number[] = [],
): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const rule = head.map((_, place) => (place === 0 || left.includes(place) ? '---' : '--:'));
  return [head, rule, ...rows].map(line).join('\n');
}

/** A share in percent, with half of its interval. */
export const share = (interval: Interval | null | undefined): string =>
  interval ? `${(interval.mean * 100).toFixed(1)} ± ${((interval.high - interval.mean) * 100).toFixed(1)} %` : '-';

export const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
