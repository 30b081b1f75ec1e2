import type { Figure } from './draw.js';
import { drawFigures } from './figures.js';
import { type Group, groupsOf } from './groups.js';
import { type Section, writePage } from './page.js';
import type { Results } from './results.js';
import { makeTables, type Table } from './tables.js';
import { total } from './work.js';

/**
 * All figures of a results file, each an SVG file of its own. Which there are depends on the records; with several ANNs names
 * begin with the place of the ANN.
 */
export function figures(results: Results): Figure[] {
  const drawn = known.get(results) ?? named(results, drawFigures);
  known.set(results, drawn);
  return [...drawn];
}

/** Drawing takes far longer than all else, and `report` shows what `figures` gives. */
const known = new WeakMap<Results, readonly Figure[]>();

/** All tables of a results file. */
export const tables = (results: Results): Table[] => named(results, makeTables);

/**
 * Writes results as one HTML page that holds all it needs: it opens without a network, in light and dark, and prints black on
 * white. Equal results give equal bytes.
 */
export function report(results: Results): string {
  const { title = 'Results', command } = results.header;
  const groups = groupsOf(results);
  const [drawn, made] = [figures(results), tables(results)];
  const sections = groups.map((group, place): Section => {
    const mine = ({ name }: { readonly name: string }): boolean =>
      groups.length === 1 || name.startsWith(prefix(place));
    return { title: group.ann.name, lines: sentences(group), figures: drawn.filter(mine), tables: made.filter(mine) };
  });
  return writePage(title, command === undefined ? [] : [`Made by: ${command}`], sections);
}

const prefix = (place: number): string => `${place + 1}-`;

function named<Item extends { readonly name: string }>(results: Results, make: (group: Group) => Item[]): Item[] {
  const groups = groupsOf(results);
  return groups.flatMap((group, place) =>
    make(group).map((item) => (groups.length === 1 ? item : { ...item, name: `${prefix(place)}${item.name}` })),
  );
}

const sentences = ({ ann, runs, refused }: Group): string[] => [
  `ANN: accuracy ${(ann.accuracy * 100).toFixed(2)} % on ${ann.samples.toLocaleString('en-US')} samples, ${total(ann.multiplyAccumulates).toLocaleString('en-US')} multiply-additions a sample, SHA-256 ${ann.hash.slice(0, 12)}.`,
  ...runs.flatMap(({ name, notes }) => notes.map((note) => `Note on ${name}: ${note}`)),
  ...refused.map(({ name, reason }) => `Refused: ${name}: ${reason}`),
];
