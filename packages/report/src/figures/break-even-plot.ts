import * as Plot from '@observablehq/plot';
import { draw, type Figure } from '../draw.js';
import { facetTitles, TITLE_ROOM, unique } from '../facets.js';
import type { EnergyRecord, SpikingRecord } from '../results.js';
import { GREY, INK, PAPER, stylesOf } from '../style.js';

/** What a figure of break-even is drawn over. */
const AXES = [
  { key: 'spikeRate', name: 'break-even-rate', title: 'Break-even spike rate', label: 'spikes a neuron and step' },
  { key: 'steps', name: 'break-even-steps', title: 'Break-even time steps', label: 'T (time steps)' },
] as const;

/** Where the spiking networks stop being cheaper, a panel for each cost table: over spike rates, and over T. */
export function breakEvenPlots(records: readonly EnergyRecord[], of: readonly SpikingRecord[]): Figure[] {
  if (records.length === 0) return [];
  const series = stylesOf(records, of);
  const tables = unique(records.flatMap(({ breakEven }) => breakEven.rows.map(({ table }) => table)));
  const bits = unique(records.map(({ breakEven }) => String(breakEven.twinBits))).join(' or ');
  return AXES.map(({ key, name, title, label }) => {
    const rows = records.flatMap(({ breakEven }, run) =>
      breakEven.rows.map(({ table, ann, twin }) => ({
        ...series[run],
        run,
        table,
        ann: ann[key],
        twin: twin[key],
        measured: breakEven[key],
      })),
    );
    const at = { y: 'run', fy: 'table' } as const;
    const svg = draw(
      {
        height: 60 + tables.length * (records.length * 12 + TITLE_ROOM + 6),
        marginTop: 6,
        // Zeros are among the values, which a scale of powers of ten could not show.
        x: { type: 'sqrt', label, zero: true },
        y: { type: 'band', axis: null, insetTop: TITLE_ROOM },
        fy: { label: null, axis: null, domain: tables },
        color: { type: 'identity' },
        marks: [
          Plot.gridX({ insetTop: TITLE_ROOM }),
          Plot.ruleX([0], { stroke: GREY, insetTop: TITLE_ROOM }),
          Plot.link(
            rows.filter(({ ann, twin }) => ann !== null && twin !== null),
            { ...at, x1: 'ann', x2: 'twin', stroke: 'color', strokeOpacity: 0.5 },
          ),
          Plot.tickX(rows, { ...at, x: 'measured', stroke: INK, strokeWidth: 2 }),
          Plot.dot(
            rows.filter(({ ann }) => ann !== null),
            { ...at, x: 'ann', symbol: 'symbol', stroke: 'color', strokeWidth: 1.6, fill: PAPER, r: 4 },
          ),
          Plot.dot(
            rows.filter(({ twin }) => twin !== null),
            { ...at, x: 'twin', symbol: 'symbol', fill: 'color', r: 4 },
          ),
          facetTitles(tables),
        ],
      },
      series,
    );
    return {
      name,
      title,
      caption: `A panel for each cost table. Left of a symbol the spiking network is cheaper, right of it dearer; at 0 it always is dearer, without a symbol never. Open: against the ANN. Filled: against the ANN with ${bits}-bit activations. Upright line: the run.`,
      svg,
    };
  });
}
