import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { DROPOUT } from './measure-cutoffs.js';
import type { RcsTopKResults } from './results.js';

/** Draws accuracy against the mean stop step of Top-K over ε: a panel for each data set, a line for each network and form; crosses are OCT. */
export function drawStops({ subjects, steps, aim }: RcsTopKResults): string {
  const points = subjects.flatMap(({ dataSet, network, method, cutoffs }) =>
    cutoffs
      .filter(({ cutoff, dropout }) => cutoff === 'Top-K' && dropout === DROPOUT)
      .map(({ meanStep, accuracy }) => ({
        data: dataSet,
        line: lineName(dataSet, network, method),
        step: meanStep,
        accuracy: accuracy * 100,
      })),
  );
  const bounds = subjects.map(({ dataSet, network, method, oct }) => ({
    data: dataSet,
    line: lineName(dataSet, network, method),
    step: oct.meanStep,
    accuracy: oct.accuracy * 100,
  }));
  const panels = [...new Set(bounds.map(({ data }) => data))].sort();
  const lines = [...new Set(bounds.map(({ line }) => line))];
  const { document } = new JSDOM().window;
  const figure = Plot.plot({
    document,
    width: 290 + 320 * panels.length,
    height: 420,
    marginLeft: 60,
    marginRight: 230,
    style: { background: 'white', fontSize: '12px' },
    x: { domain: [1, steps], label: 'mean stop step' },
    y: { grid: true, label: 'accuracy in %' },
    fx: { label: null },
    color: { scheme: 'Observable10', domain: lines },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.ruleX([aim.meanStep], { stroke: 'black', strokeDasharray: '4 3' }),
      Plot.line(points, { x: 'step', y: 'accuracy', fx: 'data', stroke: 'line', marker: 'circle', strokeWidth: 1.5 }),
      Plot.dot(bounds, { x: 'step', y: 'accuracy', fx: 'data', stroke: 'line', symbol: 'times', r: 5 }),
      // The legend stands beside the last panel.
      [...lines, '× OCT', '- - aim'].map((line, place) =>
        Plot.text([line], {
          fx: () => panels.at(-1),
          text: [place < lines.length ? `— ${line}` : line],
          ...(place < lines.length && { fill: () => line }),
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

/** The panel says the data set, so the same kind of network has the same colour in each. */
const lineName = (dataSet: string, network: string, method: string): string =>
  `${network.slice(dataSet.length + 1)}, ${method}`;
