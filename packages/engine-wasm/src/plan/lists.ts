import { after } from '../machine/arena.js';
import { type Feed, windowSize } from './feeds.js';
import type { Gather, Term } from './terms.js';

/** Where one thread lists the spikes of a term, and the rows of weights under a window; bytes between steps. */
export interface Lists {
  readonly rows: number;
  readonly rowsStep: number;
  readonly counts: number;
  readonly entries: number;
  readonly entriesStep: number;
  readonly starts: number;
  readonly startsStep: number;
}

/**
 * Lays out the lists of a layer's terms, one after another.
 *
 * @param steps - of how many steps, of one sample or of several, spikes are listed at a time
 * @param from - the first address
 * @returns the lists of each term, undefined where nothing is listed; and the first address after them
 */
export function layOutLists(
  terms: readonly Term[],
  steps: number,
  from: number,
): { readonly lists: readonly (Lists | undefined)[]; readonly end: number } {
  let end = from;
  const room = (bytes: number): number => {
    const address = end;
    end = after(end, bytes);
    return address;
  };
  const lists = terms.map((term) => {
    if (term.kind === 'diagonal') return undefined;
    const { rowsStep, entriesStep, startsStep } = stepsOf(term);
    return {
      rows: room(steps * rowsStep),
      rowsStep,
      counts: room(steps * 4),
      entries: room(steps * entriesStep),
      entriesStep,
      starts: room(steps * startsStep),
      startsStep,
    };
  });
  return { lists, end };
}

/** The bytes of one step, if all inputs spike. */
function stepsOf({ feed, size }: Gather): { rowsStep: number; entriesStep: number; startsStep: number } {
  const entries = feed.channels * repeats(feed);
  const positions = feed.height * feed.width;
  return {
    rowsStep: (size[0] * size[1] * entries + 16) * 2,
    entriesStep: (positions * entries + 16) * 2,
    startsStep: (positions + 1) * 4,
  };
}

/** How many spikes a position may have of each channel. */
const repeats = ({ parts }: Feed): number => parts.reduce((sum, part) => sum + windowSize(part), 0);
