import * as Plot from '@observablehq/plot';
import { draw, shortened } from '../draw.js';
import { facetLabels, facetTitles, TITLE_ROOM, unique } from '../facets.js';
import { styles } from '../style.js';

/** One part of a bar. */
export interface BarPart {
  readonly run: string;
  readonly node: string;
  readonly part: string;
  readonly value: number;
}

/** Draws stacked bars, one for each layer, run under run. Layers keep the order in which they come. */
export function barsByLayer(bars: readonly BarPart[], xLabel: string): string {
  const runs = unique(bars.map(({ run }) => run));
  const nodes = unique(bars.map(({ node }) => node));
  const series = styles(unique(bars.map(({ part }) => part)));
  const labels = facetLabels(runs);
  const colors = new Map(series.map(({ name, color }) => [name, color]));
  const rows = bars.map((bar) => ({ ...bar, row: labels[runs.indexOf(bar.run)], color: colors.get(bar.part)! }));
  return draw(
    {
      height: 60 + runs.length * (nodes.length * 16 + TITLE_ROOM),
      marginTop: 6,
      marginLeft: 120,
      x: { label: xLabel, tickFormat: amount },
      y: { label: null, domain: nodes, insetTop: TITLE_ROOM, tickFormat: (node: string) => shortened(node, 16) },
      fy: { label: null, axis: null, domain: labels },
      color: { type: 'identity' },
      marks: [
        Plot.gridX({ insetTop: TITLE_ROOM }),
        Plot.barX(rows, { x: 'value', y: 'node', fy: 'row', fill: 'color' }),
        Plot.ruleX([0], { insetTop: TITLE_ROOM }),
        facetTitles(labels),
      ],
    },
    series.map((one) => ({ ...one, symbol: 'square' as const })),
  );
}

/** A large number in few signs: 1.5M. */
const amount = (value: number): string =>
  value.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
