import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { baseCase, type Case, describe } from './cases.js';
import type { Results } from './results.js';

/** An axis along which cost is drawn. */
type Axis = 'rate' | 'steps' | 'batch';

const LABELS: Readonly<Record<Axis, string>> = {
  rate: 'spikes a neuron and step',
  steps: 'T, time steps',
  batch: 'batch',
};

/** Draws cost against spike rate, T and batch; an axis that was not swept is left out. */
export function plots(results: Results): { axis: Axis; svg: string }[] {
  return (['rate', 'steps', 'batch'] as const).flatMap((axis) => {
    const points = pointsAlong(results, axis).filter((point, _, all) => all.some((other) => isBeside(other, point)));
    return points.length === 0 ? [] : [{ axis, svg: draw(points, axis, results) }];
  });
}

interface Point {
  readonly net: string;
  readonly engine: string;
  readonly x: number;
  readonly cost: number;
}

/** Whether two points make a line. */
const isBeside = (a: Point, b: Point): boolean => a.net === b.net && a.engine === b.engine && a.x !== b.x;

/** The cases that differ from the base in nothing but the axis. */
function pointsAlong({ cases }: Results, axis: Axis): Point[] {
  return cases
    .filter(
      ({ case: one }) => describe({ ...one, [axis]: 0 }) === describe({ ...baseCase(one.net), [axis]: 0 } as Case),
    )
    .flatMap(({ case: one, timings }) =>
      timings.map(({ engine, median }) => ({ net: one.net, engine, x: one[axis], cost: median })),
    )
    .sort((a, b) => a.x - b.x);
}

function draw(points: readonly Point[], axis: Axis, { machine, date }: Results): string {
  const { document } = new JSDOM().window;
  const marks = { x: 'x', y: 'cost', fx: 'net', stroke: 'engine' };
  const figure = Plot.plot({
    document,
    width: 900,
    height: 420,
    marginLeft: 60,
    marginRight: 90,
    style: { background: 'white', fontSize: '12px' },
    x: { type: 'log', label: LABELS[axis], ticks: [...new Set(points.map(({ x }) => x))], tickFormat: String },
    y: { type: 'log', label: 'ms a sample and step', grid: true, tickFormat: '~g' },
    fx: { label: `${machine.cpu}, Node ${machine.node}, ${date}` },
    color: { type: 'categorical' },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.lineY(points, marks),
      Plot.dot(points, { ...marks, fill: 'engine', r: 3 }),
      Plot.text(
        points,
        Plot.selectLast({
          ...marks,
          z: 'engine',
          text: 'engine',
          stroke: 'white',
          fill: 'engine',
          dx: 6,
          textAnchor: 'start',
        }),
      ),
    ],
  });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return figure.outerHTML;
}
