import type { Detail, SpikingRecord } from './results.js';

/**
 * Colours that people of any colour vision tell apart (Okabe and Ito, 2008), without yellow and black, which one of the
 * two backgrounds would swallow. Symbols tell series apart where there is no colour.
 */
const COLORS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'] as const;
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye', 'cross'] as const;
/** Lines whose colour was used before are dashed. */
const DASHES = ['none', '7 3', '2 3'] as const;

/** How a series is drawn. */
export interface SeriesStyle {
  readonly name: string;
  readonly color: string;
  readonly symbol: (typeof SYMBOLS)[number];
  readonly dash: (typeof DASHES)[number];
}

/** A style for each name. Six colours times seven symbols: 42 are different. */
export const styles = (names: readonly string[]): SeriesStyle[] =>
  names.map((name, place) => ({
    name,
    color: COLORS[place % COLORS.length],
    symbol: SYMBOLS[place % SYMBOLS.length],
    dash: DASHES[Math.floor(place / COLORS.length) % DASHES.length],
  }));

/** The styles that runs have, for records that belong to some of them. */
export function stylesOf(records: readonly Detail[], runs: readonly SpikingRecord[]): SeriesStyle[] {
  const all = styles(runs.map(({ name }) => name));
  return records.map(({ name, snn }) => all[runs.findIndex((run) => run.name === name && run.hashes.snn === snn)]);
}

/** The colour of the text, which follows the page. */
export const INK = 'currentColor';

/** The colour behind the figure: white in a file, the page's own in a page. */
export const PAPER = 'var(--paper, #fff)';

/** What is not a series: grid, baselines, what is not on the Pareto front. */
export const GREY = '#888';
