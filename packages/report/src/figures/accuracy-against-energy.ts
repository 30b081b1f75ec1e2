import * as Plot from '@observablehq/plot';
import { draw, type Figure, lines } from '../draw.js';
import { paretoFront } from '../pareto-front.js';
import type { AnnRecord, SpikingRecord } from '../results.js';
import { INK, styles } from '../style.js';
import { annEnergy, energyByStep, PROXY } from '../work.js';

/** Accuracy after each step against the energy spent until then; the Pareto front is ringed. */
export function accuracyAgainstEnergy(ann: AnnRecord, runs: readonly SpikingRecord[]): Figure {
  const series = styles(runs.map(({ name }) => name));
  const points = runs.flatMap((run, place) => {
    const energy = energyByStep(run);
    return run.evaluation.accuracy.flatMap((value, step) =>
      // A step without energy cannot be drawn on a scale of powers of ten.
      value === null || energy[step] === 0
        ? []
        : [{ ...series[place], run: place, cost: energy[step], worth: value * 100 }],
    );
  });
  const dense = { cost: annEnergy(ann), worth: ann.accuracy * 100 };
  const front = paretoFront([...points, ...(dense.cost > 0 ? [dense] : [])]);
  const channels = { x: 'cost', y: 'worth' } as const;
  const svg = draw(
    {
      x: { type: 'log', label: 'energy of a sample (nJ)', tickFormat: '~s', grid: true },
      y: { label: 'accuracy (%)', grid: true, domain: [0, 100] },
      color: { type: 'identity' },
      marks: [
        ...lines(points, { ...channels, z: 'run', strokeOpacity: 0.6 }),
        Plot.dot(points, { ...channels, symbol: 'symbol', fill: 'color', r: 2.5 }),
        Plot.line(front, { ...channels, stroke: INK, strokeDasharray: '2 3', curve: 'step-after' }),
        Plot.dot(front, { ...channels, stroke: INK, r: 5 }),
        ...(dense.cost > 0
          ? [
              Plot.dot([dense], { ...channels, symbol: 'times', stroke: INK, r: 6, strokeWidth: 2 }),
              Plot.text([dense], { ...channels, text: () => 'ANN', dy: 14, fill: INK }),
            ]
          : []),
      ],
    },
    series,
  );
  return {
    name: 'accuracy-against-energy',
    title: 'Accuracy against energy',
    caption: `Each point is a step; energy is summed over the steps that were executed (${PROXY}). Ringed and dashed: the Pareto front, points that nothing beats in both.`,
    svg,
  };
}
