import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { interval95 } from '../interval.js';
import { BASELINES, VARIANTS } from './methods.js';
import type { HebbianMeasurements } from './results.js';

const STYLE = { background: 'white', fontSize: '12px' };
const MAIN = VARIANTS.filter(({ main }) => main).map(({ name }) => name);
const PANELS = BASELINES.map(({ name }) => name);

/** Draws accuracy over time steps, a row for each baseline: the main variants, mean over seeds. */
export function drawAccuracy({ rows, ann, label }: HebbianMeasurements): string {
  const points = rows
    .filter(({ variant }) => MAIN.includes(variant))
    .flatMap(({ baseline, variant, accuracy }) =>
      accuracy.map((value, place) => ({ baseline, variant, step: place + 1, accuracy: value * 100 })),
    );
  return svg(label, {
    width: 900,
    height: 95 + 170 * PANELS.length,
    marginBottom: 45,
    marginLeft: 60,
    marginRight: 190,
    x: { type: 'log', base: 2, label: 'time steps', labelAnchor: 'center', tickFormat: String },
    y: { domain: [0, 100], grid: true, label: 'accuracy in %' },
    fy: { domain: PANELS, label: null },
    color: { scheme: 'Observable10', domain: MAIN, legend: true },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.ruleY([97 * ann.accuracy], { stroke: 'black', strokeDasharray: '4 3' }),
      Plot.lineY(points, { x: 'step', y: 'accuracy', fy: 'baseline', stroke: 'variant', strokeWidth: 1.5 }),
    ],
  });
}

/** Draws the steps to 97 % with their intervals: the main variants, those left out that some seed does not bring there. */
export function drawLatency({ rows, label }: HebbianMeasurements): string {
  const main = rows.filter(({ variant }) => MAIN.includes(variant));
  const points = main.flatMap(({ baseline, variant, runs }) => {
    const steps = runs.map(({ at97 }) => at97.step).filter((step) => step !== null);
    if (steps.length < runs.length) return [];
    const { mean, low, high } =
      steps.length < 2 ? { mean: steps[0], low: steps[0], high: steps[0] } : interval95(steps);
    return [{ baseline, variant, mean, low: Math.max(1, low), high }];
  });
  return svg(label, {
    width: 900,
    height: 95 + 140 * PANELS.length,
    marginBottom: 45,
    marginLeft: 200,
    marginRight: 190,
    x: {
      type: 'log',
      base: 2,
      label: 'steps to 97 % of the ANN, mean and 95 % interval',
      labelAnchor: 'center',
      tickFormat: String,
      grid: true,
    },
    y: { domain: MAIN, label: null },
    fy: { domain: PANELS, label: null },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.link(points, { x1: 'low', x2: 'high', y1: 'variant', y2: 'variant', fy: 'baseline', stroke: '#888' }),
      Plot.dot(points, { x: 'mean', y: 'variant', fy: 'baseline', fill: '#4269d0', r: 3 }),
    ],
  });
}

/** @param label - stands over the panels */
function svg(label: string, { color, ...options }: Plot.PlotOptions): string {
  const { document } = new JSDOM().window;
  const legend = color ? names(color.domain as string[]) : [];
  const figure = Plot.plot({
    document,
    style: STYLE,
    marginTop: 45,
    ariaLabel: titleOf(label),
    ...options,
    ...(color && { color: { ...color, legend: false } }),
    marks: [...(options.marks ?? []), ...legend, title(titleOf(label))],
  });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${figure.outerHTML}\n`;
}

const titleOf = (label: string): string => `Hebbian tuner: ${label}`;

/** A line over the first panel. */
const title = (text: string): Plot.Markish =>
  Plot.text([text], { fy: () => PANELS[0], text: [text], frameAnchor: 'top-right', dy: -35, fontWeight: 'bold' });

/** The names of the lines, in the first panel. */
const names = (domain: readonly string[]): Plot.Markish[] =>
  domain.map((name, place) =>
    Plot.text([name], {
      fy: () => PANELS[0],
      text: [name],
      fill: () => name,
      frameAnchor: 'top-left',
      textAnchor: 'start',
      dx: 8,
      dy: 8 + 14 * place,
    }),
  );
