import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { type L4Results, PREDICTORS } from './results.js';

const STYLE = { background: 'white', fontSize: '12px' };

/** Draws accuracy over T with its intervals, a panel for each baseline. */
export function drawAccuracy({ rows, ann }: L4Results): string {
  const points = rows
    .filter(({ baseline }) => baseline !== 'channel')
    .flatMap(({ baseline, adjustment, checkpoints }) =>
      checkpoints.map(({ step, interval: { mean, low, high } }) => ({
        baseline,
        adjustment,
        step,
        mean: mean * 100,
        low: Math.max(0, low * 100),
        high: Math.min(100, high * 100),
      })),
    );
  const steps = [...new Set(points.map(({ step }) => step))];
  const names = [...new Set(points.map(({ adjustment }) => adjustment))];
  const panels = [...new Set(points.map(({ baseline }) => baseline))];
  const marks = { x: 'step', fx: 'baseline' };
  return svg({
    width: 860,
    marginBottom: 45,
    height: 440,
    marginLeft: 60,
    x: {
      type: 'log',
      base: 2,
      label: 'T, time steps (Poisson input)',
      labelAnchor: 'center',
      ticks: steps,
      tickFormat: String,
    },
    y: { domain: [0, 100], grid: true, label: 'accuracy in %', labelAnchor: 'center' },
    fx: { label: 'norm() by layer', domain: panels },
    color: { scheme: 'Observable10', domain: names },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.ruleY([ann.accuracy * 100], { stroke: 'black', strokeDasharray: '4 3' }),
      Plot.areaY(points, { ...marks, y1: 'low', y2: 'high', fill: 'adjustment', fillOpacity: 0.15 }),
      Plot.lineY(points, { ...marks, y: 'mean', stroke: 'adjustment', strokeWidth: 1.5 }),
      names.map((name, place) =>
        Plot.text([name], {
          fx: () => panels[panels.length - 1],
          text: [name],
          fill: () => name,
          frameAnchor: 'bottom-right',
          textAnchor: 'end',
          dx: -6,
          dy: -8 - 15 * (names.length - 1 - place),
        }),
      ),
    ],
  });
}

/** Draws the measured deviation against the best multiple of each predictor, a row for each layer. */
export function drawDeviation({ deviation: { layers, steps } }: L4Results): string {
  const points = layers.flatMap(({ layer: name, spikes, points: shown }) => {
    const layer = rowName(name, spikes);
    const scale = shown.reduce((sum, [measured]) => sum + measured, 0) / shown.length;
    return PREDICTORS.flatMap((predictor, place) => {
      const factor = bestFactor(shown, place + 1);
      return shown.map((values) => ({
        layer,
        predictor,
        measured: values[0] / scale,
        predicted: (factor * values[place + 1]) / scale,
      }));
    });
  });
  const most = Math.max(...points.map(({ measured, predicted }) => Math.max(measured, predicted)));
  return svg({
    width: 970,
    marginBottom: 45,
    height: 110 + 210 * layers.length,
    marginLeft: 60,
    marginRight: 110,
    x: { domain: [0, most], label: 'predicted: the best multiple, layer mean = 1', labelAnchor: 'center' },
    y: { domain: [0, most], label: `measured after ${steps} steps, layer mean = 1`, labelAnchor: 'center', grid: true },
    fx: { label: null, domain: [...PREDICTORS] },
    fy: { label: null, domain: layers.map(({ layer, spikes }) => rowName(layer, spikes)) },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.line([[0, 0], [most, most]], { stroke: 'black', strokeDasharray: '4 3' }), // biome-ignore format: two points
      Plot.dot(points, { x: 'predicted', y: 'measured', fx: 'predictor', fy: 'layer', r: 1.5, fill: '#4269d0', fillOpacity: 0.5 }), // biome-ignore format: one mark a line
    ],
  });
}

const rowName = (layer: string, spikes: string): string => `${layer}, ${spikes}`;

/** The k for which k times the predictor is nearest to what was measured, by least squares. */
function bestFactor(points: readonly (readonly number[])[], place: number): number {
  const product = points.reduce((sum, values) => sum + values[0] * values[place], 0);
  return product / points.reduce((sum, values) => sum + values[place] ** 2, 0);
}

function svg(options: Plot.PlotOptions): string {
  const { document } = new JSDOM().window;
  const figure = Plot.plot({ document, style: STYLE, ...options });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${figure.outerHTML}\n`;
}
