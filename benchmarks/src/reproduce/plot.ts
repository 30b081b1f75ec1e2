import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import type { Reproduction } from './results.js';

/** Colours that can be told apart; methods beyond are drawn dashed in the same ones. */
const COLOURS = 8;

/** The method whose colour a method is drawn in. */
const colourOf = (methods: readonly string[], method: string): string => methods[methods.indexOf(method) % COLOURS];

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
  const panels = [...new Set(lines.map(({ data }) => data))].sort();
  const { document } = new JSDOM().window;
  const figure = Plot.plot({
    document,
    width: 290 + 320 * panels.length,
    height: 420,
    marginLeft: 60,
    marginRight: 230,
    style: { background: 'white', fontSize: '12px' },
    x: { type: 'log', base: 2, domain: [1, steps], label: 'time steps', tickFormat: String },
    y: { domain: [least, 100], clamp: true, grid: true, label: 'accuracy in %' },
    fx: { label: null },
    color: { scheme: 'Observable10', domain: methods.slice(0, COLOURS) },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.ruleY(lines, { y: 'accuracy', fx: 'data', stroke: 'black', strokeDasharray: '4 3' }),
      [false, true].map((dashed) =>
        Plot.lineY(
          points.filter(({ method }) => methods.indexOf(method) >= COLOURS === dashed),
          {
            x: 'step',
            y: 'accuracy',
            fx: 'data',
            z: 'method',
            stroke: ({ method }) => colourOf(methods, method),
            strokeWidth: 1.5,
            ...(dashed && { strokeDasharray: '3 2' }),
          },
        ),
      ),
      // The legend stands beside the last panel.
      methods.map((method, place) =>
        Plot.text([method], {
          fx: () => panels.at(-1),
          text: [`${place < COLOURS ? '—' : '- -'} ${method}`],
          fill: () => colourOf(methods, method),
          frameAnchor: 'top-right',
          textAnchor: 'start',
          dx: 10,
          dy: 8 + 16 * place,
        }),
      ),
    ],
  });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${figure.outerHTML}\n`;
}
