import * as Plot from '@observablehq/plot';
import { draw, type Figure, shortened } from '../draw.js';
import { unique } from '../facets.js';
import type { LayersRecord, SpikingRecord } from '../results.js';
import { stylesOf } from '../style.js';

/** Runs side by side, so that equal values do not hide one another; in pixels. */
const APART = 7;

/** Correlation of rates with the ANN's activations, layer by layer. */
export function layerCorrelation(records: readonly LayersRecord[], of: readonly SpikingRecord[]): Figure {
  const series = stylesOf(records, of);
  const nodes = unique(records.flatMap(({ layers }) => layers.map(({ node }) => node)));
  const values = records.flatMap(({ layers }) => layers.flatMap(({ correlation }) => correlation ?? []));
  const marks = records.flatMap(({ layers }, place) => {
    const { color, symbol, dash } = series[place];
    const dx = (place - (records.length - 1) / 2) * Math.min(APART, 300 / nodes.length / records.length);
    const points = layers.filter(({ correlation }) => correlation !== null);
    const channels = { x: 'node', y: 'correlation', dx } as const;
    return [
      Plot.line(points, { ...channels, stroke: color, strokeOpacity: 0.6, strokeDasharray: dash }),
      Plot.dot(points, { ...channels, symbol, fill: color, r: 4.5 }),
    ];
  });
  const svg = draw(
    {
      x: { type: 'point', domain: nodes, label: 'layer', tickFormat: (node: string) => shortened(node, 14) },
      y: { domain: [Math.min(0.99, ...values), 1], nice: true, label: 'correlation (1 = the same)', grid: true },
      color: { type: 'identity' },
      marks,
    },
    series,
  );
  return {
    name: 'layer-correlation',
    title: 'Correlation of ANN and SNN by layer',
    caption:
      "Correlation of spike rates with the ANN's activations over all neurons and the samples looked at. A layer whose values are constant has none. The axis begins near the least value.",
    svg,
  };
}
