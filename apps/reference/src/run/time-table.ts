import type { Results } from './results.js';
import type { Table } from './table.js';

/**
 * How long the engine took for an image, run to the end and with a cutoff. Times differ from run to run, so they stand on the
 * terminal and in `timings.json`, and not in the report.
 *
 * @param simulation - milliseconds of each run, by its name
 */
export const timeTable = ({ cuts }: Results, simulation: Readonly<Record<string, number>>): Table => ({
  title: 'Time of the engine for one image, in milliseconds',
  head: ['pipeline', 'cutoff', 'to the end', 'with the cutoff', 'time in %'],
  rows: cuts.map(({ name, cut, evaluation: { samples } }) => {
    const [whole, stopped] = [simulation[cut.of], simulation[name]];
    const each = (milliseconds: number): string => (milliseconds / samples).toFixed(3);
    return [cut.of, cut.cutoff, each(whole), each(stopped), ((100 * stopped) / whole).toFixed(1)];
  }),
});
