import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import type { Reproduction } from './results.js';

/** Draws accuracy over time steps, a panel for each data set; dashed lines are the ANNs. */
export function drawCurves({ anns, curves, steps }: Reproduction): string {
  const dataSetOf = (network: string): string => anns.find(({ name }) => name === network)!.dataSet;
  const points = curves.flatMap(({ network, method, accuracy }) =>
    accuracy.flatMap((share, place) =>
      share === null ? [] : [{ data: dataSetOf(network), method, step: place + 1, accuracy: share * 100 }],
    ),
  );
  const lines = anns.map(({ name, accuracy }) => ({ data: dataSetOf(name), accuracy: accuracy * 100 }));
  // Early steps can be anywhere: what is worth seeing lies within some points of the ANN.
  const least = Math.max(0, Math.min(...lines.map(({ accuracy }) => accuracy)) - 30);
  const methods = [...new Set(curves.map(({ method }) => method))];
  const { document } = new JSDOM().window;
  const figure = Plot.plot({
    document,
    width: 120 + 320 * new Set(lines.map(({ data }) => data)).size,
    height: 420,
    marginLeft: 60,
    style: { background: 'white', fontSize: '12px' },
    x: { type: 'log', base: 2, domain: [1, steps], label: 'time steps', tickFormat: String },
    y: { domain: [least, 100], clamp: true, grid: true, label: 'accuracy in %' },
    fx: { label: null },
    color: { scheme: 'Observable10', domain: methods },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.ruleY(lines, { y: 'accuracy', fx: 'data', stroke: 'black', strokeDasharray: '4 3' }),
      Plot.lineY(points, { x: 'step', y: 'accuracy', fx: 'data', stroke: 'method', strokeWidth: 1.5 }),
      // The lower right corner is free: curves rise towards the upper one.
      methods.map((method, place) =>
        Plot.text([method], {
          fx: () => lines[0].data,
          text: [method],
          fill: () => method,
          frameAnchor: 'bottom-right',
          textAnchor: 'end',
          dx: -6,
          dy: -8 - 15 * (methods.length - 1 - place),
        }),
      ),
    ],
  });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${figure.outerHTML}\n`;
}
