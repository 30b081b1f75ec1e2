import * as Plot from '@observablehq/plot';
import { draw, type Figure, shortened } from '../draw.js';
import { facetLabels, facetTitles, TITLE_ROOM } from '../facets.js';
import type { TracesRecord } from '../results.js';
import { GREY, styles } from '../style.js';

/** Membrane potentials of some neurons over time, a panel for each. */
export function membraneTraces(record: TracesRecord, place: number): Figure {
  const { node, sample, traces, name } = record;
  const labels = facetLabels(traces.map(({ neuron }) => `neuron ${neuron}`));
  const [{ color }] = styles(['potential']);
  const points = traces.flatMap(({ potentials }, trace) =>
    potentials.map((potential, step) => ({ neuron: labels[trace], step: step + 1, potential })),
  );
  const svg = draw({
    height: 80 + traces.length * 90,
    x: { label: 't (time steps)' },
    y: { label: 'membrane potential (θ)', insetTop: TITLE_ROOM, ticks: 4 },
    fy: { label: null, axis: null, domain: labels },
    marks: [
      Plot.ruleY([1], { strokeDasharray: '4 3' }),
      Plot.ruleY([0], { stroke: GREY }),
      Plot.line(points, { x: 'step', y: 'potential', fy: 'neuron', stroke: color, curve: 'step', strokeWidth: 1.6 }),
      facetTitles(labels),
    ],
  });
  return {
    name: `membrane-traces-${place + 1}`,
    title: `Potentials of ${shortened(node, 40)}: ${shortened(name, 60)}`,
    caption: `Neurons of '${node}', sample ${sample}, after the reset of each step. Dashed: the threshold.`,
    svg,
  };
}
