import * as Plot from '@observablehq/plot';
import { draw, type Figure, shortened } from '../draw.js';
import type { RasterRecord } from '../results.js';

/** Ends a stroke. */
const LIFT = { step: Number.NaN, neuron: Number.NaN };

/** The spikes of one layer for one sample. */
export function spikeRaster(record: RasterRecord, place: number): Figure {
  const { node, sample, steps, neurons, name } = record;
  // One line for all, lifted between spikes: a tenth of the file that single lines would make.
  const strokes = record.spikes.flatMap(([step, neuron]) => [
    { step, neuron: neuron - 0.4 },
    { step, neuron: neuron + 0.4 },
    LIFT,
  ]);
  const svg = draw({
    height: 90 + Math.min(neurons * 6, Math.max(100, neurons * 3)),
    x: { label: 't (time steps)', domain: [0.5, steps + 0.5] },
    y: { label: 'neuron', domain: [-0.5, neurons - 0.5], ticks: 5 },
    marks: [
      Plot.line(strokes, {
        x: 'step',
        y: 'neuron',
        strokeLinecap: 'butt',
        strokeWidth: Math.max(1, Math.min(3, 300 / steps)),
      }),
      Plot.frame({ strokeOpacity: 0.3 }),
    ],
  });
  return {
    name: `spike-raster-${place + 1}`,
    title: `Spikes of ${shortened(node, 40)}: ${shortened(name, 60)}`,
    caption: `${neurons} neurons of '${node}', sample ${sample}; each line is a spike.`,
    svg,
  };
}
