import * as Plot from '@observablehq/plot';
import { shortened } from './draw.js';
import { INK } from './style.js';

/** Room for the title of a facet, inside its frame. */
export const TITLE_ROOM = 24;

/**
 * Titles of facets that stand one under another: names are too long to stand beside them.
 *
 * @param column - the first of several panels in a row, over which the title stands
 */
export const facetTitles = (labels: readonly string[], column?: string): Plot.Markish =>
  Plot.text(labels, {
    ...(column !== undefined && { fx: () => column }),
    fy: (label: string) => label,
    text: (label: string) => label,
    frameAnchor: 'top-left',
    dx: 5,
    dy: 12,
    lineAnchor: 'middle',
    textAnchor: 'start',
    fontWeight: 600,
    fill: INK,
  });

/** Names that fit above facets, and are different. */
export const facetLabels = (names: readonly string[]): string[] => numbered(names.map((name) => shortened(name, 90)));

/** Names with a number behind those that came before. */
export const numbered = (names: readonly string[]): string[] =>
  names.map((name, place) => {
    const before = names.slice(0, place).filter((other) => other === name).length;
    return before === 0 ? name : `${name} (${before + 1})`;
  });

/** Each name once, in the order in which they come. */
export const unique = (names: readonly string[]): string[] => [...new Set(names)];
