import * as Plot from '@observablehq/plot';
import { draw, type Figure, lines } from '../draw.js';
import { isCut } from '../is-cut.js';
import type { AnnRecord, SpikingRecord } from '../results.js';
import { GREY, INK, styles } from '../style.js';

/**
 * Accuracy after each time step, with the ANN's as a dashed line. A run with a cutoff is left out where the same network was
 * run to the end: up to its stops it is the same curve.
 */
export function accuracyOverSteps(ann: AnnRecord, all: readonly SpikingRecord[]): Figure {
  const whole = new Set(all.filter((run) => !isCut(run)).map(({ hashes }) => hashes.snn));
  const shown = all.map((run) => !isCut(run) || !whole.has(run.hashes.snn));
  const runs = all.filter((_, place) => shown[place]);
  // The colours that the runs have in the other figures.
  const series = styles(all.map(({ name }) => name)).filter((_, place) => shown[place]);
  const points = runs.flatMap(({ evaluation: { accuracy } }, place) =>
    accuracy.flatMap((value, step) =>
      value === null ? [] : [{ ...series[place], run: place, step: step + 1, percent: value * 100 }],
    ),
  );
  const steps = Math.max(...runs.map(({ evaluation }) => evaluation.steps));
  const marked = points.filter(({ step }) => Number.isInteger(Math.log2(step)) || step === steps);
  const channels = { x: 'step', y: 'percent', z: 'run' } as const;
  const svg = draw(
    {
      marginRight: 40,
      x: { type: 'log', base: 2, domain: [1, Math.max(2, steps)], label: 'T (time steps)', tickFormat: 'd' },
      y: { label: 'accuracy (%)', grid: true, domain: [0, 100] },
      marks: [
        Plot.ruleY([ann.accuracy * 100], { stroke: INK, strokeDasharray: '4 3' }),
        Plot.text([ann.accuracy * 100], {
          frameAnchor: 'right',
          y: (percent: number) => percent,
          text: () => 'ANN',
          dx: 9,
          textAnchor: 'start',
        }),
        Plot.ruleY([0], { stroke: GREY }),
        ...lines(points, { ...channels, strokeWidth: 1.8 }),
        Plot.dot(marked, { ...channels, symbol: 'symbol', fill: 'color', r: 4 }),
      ],
      color: { type: 'identity' },
    },
    series,
  );
  return {
    name: 'accuracy-over-steps',
    title: 'Accuracy over time steps',
    caption: `Share of right answers after each step, ${runs[0].evaluation.samples} samples; a stopped sample keeps its answer. Dashed: the ANN.`,
    svg,
  };
}
