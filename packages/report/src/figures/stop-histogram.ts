import * as Plot from '@observablehq/plot';
import { draw, type Figure } from '../draw.js';
import { facetLabels, facetTitles, TITLE_ROOM } from '../facets.js';
import { isCut } from '../is-cut.js';
import type { SpikingRecord } from '../results.js';
import { styles } from '../style.js';

/** When samples stopped; undefined if all took all their steps. */
export function stopHistogram(runs: readonly SpikingRecord[]): Figure | undefined {
  const all = styles(runs.map(({ name }) => name));
  const cut = runs.filter(isCut);
  if (cut.length === 0) return undefined;
  // The colours that the runs have in the other figures.
  const series = all.filter((_, place) => isCut(runs[place]));
  const label = facetLabels(cut.map(({ name }) => name));
  const bars = cut.flatMap(({ evaluation: { stops, samples } }, place) =>
    stops.map((count, step) => ({
      run: label[place],
      color: series[place].color,
      from: step + 0.5,
      to: step + 1.5,
      percent: (count / samples) * 100,
    })),
  );
  const means = cut.map(({ evaluation }, place) => ({ run: label[place], mean: evaluation.meanStopStep }));
  const svg = draw({
    height: 70 + 130 * cut.length,
    x: { label: 'step at which a sample stopped' },
    y: { label: 'samples (%)', grid: true, insetTop: TITLE_ROOM, ticks: 4 },
    fy: { label: null, axis: null, domain: label },
    color: { type: 'identity' },
    marks: [
      Plot.rectY(bars, {
        x1: 'from',
        x2: 'to',
        y: 'percent',
        fy: 'run',
        fill: 'color',
        insetLeft: 0.5,
        insetRight: 0.5,
      }),
      Plot.ruleX(means, { x: 'mean', fy: 'run', insetTop: TITLE_ROOM, stroke: 'currentColor', strokeDasharray: '4 3' }),
      Plot.ruleY([0]),
      facetTitles(label),
    ],
  });
  return {
    name: 'stop-histogram',
    title: 'Stop steps',
    caption: 'How many samples stopped after each step. Dashed: the mean.',
    svg,
  };
}
