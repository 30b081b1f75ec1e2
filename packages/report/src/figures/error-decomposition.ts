import * as Plot from '@observablehq/plot';
import { draw, type Figure, shortened } from '../draw.js';
import { facetLabels, facetTitles, TITLE_ROOM, unique } from '../facets.js';
import type { LayersRecord, SpikingRecord } from '../results.js';
import { stylesOf } from '../style.js';

/** The errors in the order of their panels, each with its unit. */
const KINDS = [
  ['clipping (% of the sum)', 'clippedMass'],
  ['rounding (% of λ)', 'quantisationError'],
  ['unevenness (% of λ)', 'unevennessError'],
] as const;

/** Clipping, rounding and unevenness by layer, run under run. */
export function errorDecomposition(records: readonly LayersRecord[], of: readonly SpikingRecord[]): Figure {
  const runs = facetLabels(records.map(({ name }) => name));
  const series = stylesOf(records, of);
  const nodes = unique(records.flatMap(({ layers }) => layers.map(({ node }) => node)));
  const bars = records.flatMap(({ layers }, place) =>
    layers.flatMap((layer) =>
      KINDS.flatMap(([kind, key]) => {
        const value = layer[key];
        return value === null
          ? []
          : [{ run: runs[place], color: series[place].color, node: layer.node, kind, percent: value * 100 }];
      }),
    ),
  );
  const svg = draw({
    height: 80 + runs.length * (nodes.length * 16 + TITLE_ROOM),
    marginLeft: 120,
    marginTop: 40,
    x: { label: 'error (%)', ticks: 4 },
    y: { label: null, domain: nodes, insetTop: TITLE_ROOM, tickFormat: (node: string) => shortened(node, 16) },
    fx: { label: null, domain: KINDS.map(([kind]) => kind), padding: 0.15 },
    fy: { label: null, axis: null, domain: runs },
    color: { type: 'identity' },
    marks: [
      Plot.gridX({ insetTop: TITLE_ROOM }),
      Plot.barX(bars, { x: 'percent', y: 'node', fx: 'kind', fy: 'run', fill: 'color' }),
      Plot.ruleX([0], { insetTop: TITLE_ROOM }),
      facetTitles(runs, KINDS[0][0]),
    ],
  });
  return {
    name: 'error-decomposition',
    title: 'Error by layer and cause',
    caption:
      "Clipping: the share of the activations' sum above λ, which cannot be sent. Rounding: the mean distance from the nearest rate that T steps can show. Unevenness: the mean distance of the rates from those without time (none where neurons cannot be counted).",
    svg,
  };
}
