import { figures } from '@spikewright/report';
import { JSDOM } from 'jsdom';
import { expect, test } from 'vitest';
import { paretoFront } from '../src/pareto-front.js';
import { ann, everything, results, run, runs } from './fixture.js';

const drawn = figures(everything);
const { window } = new JSDOM();
const NAMES = [
  'accuracy-over-steps',
  'accuracy-against-energy',
  'stop-histogram',
  'work-by-layer',
  'energy-by-layer-1',
  'energy-by-layer-2',
  'energy-by-layer-3',
  'break-even-rate',
  'break-even-steps',
  'layer-correlation',
  'error-decomposition',
  'spike-raster-1',
  'membrane-traces-1',
];

/** The drawing as XML; a damaged one makes an error element. */
function parsed(name: string): Document {
  const { svg } = drawn.find((figure) => figure.name === name)!;
  return new window.DOMParser().parseFromString(svg, 'image/svg+xml');
}

const textsOf = (name: string): string[] =>
  [...parsed(name).querySelectorAll('text')].map(({ textContent }) => textContent ?? '');

const countOf = (name: string, mark: string, shape = 'path, circle, rect, line'): number =>
  [...parsed(name).querySelectorAll(`[aria-label="${mark}"]`)].reduce(
    (sum, group) => sum + (group.matches(shape) ? 1 : group.querySelectorAll(shape).length),
    0,
  );

test('figures() draws every figure that the records allow', () => {
  expect(drawn.map(({ name }) => name)).toEqual(NAMES);
  for (const { title, caption } of drawn) {
    expect(title).not.toBe('');
    expect(caption).toMatch(/\.$/);
  }
});

test.each(NAMES)('figures() draws %s as a file of its own', (name) => {
  const document = parsed(name);
  const root = document.documentElement;
  expect(root.tagName).toBe('svg');
  expect(root.getAttribute('xmlns')).toBe('http://www.w3.org/2000/svg');
  expect(Number(root.getAttribute('width'))).toBe(720);
  expect(root.outerHTML).not.toMatch(/NaN|Infinity|undefined|url\(|href/);
});

test.each([
  ['accuracy-over-steps', '↑ accuracy (%)', 'T (time steps) →'],
  ['accuracy-against-energy', '↑ accuracy (%)', 'energy of a sample (nJ) →'],
  ['stop-histogram', '↑ samples (%)', 'step at which a sample stopped →'],
  ['work-by-layer', 'dense', 'operations a sample →'],
  ['energy-by-layer-1', 'relu', 'energy of a sample (nJ) →'],
  ['break-even-rate', 'lemaire', 'spikes a neuron and step →'],
  ['break-even-steps', 'lemaire', 'T (time steps) →'],
  ['layer-correlation', '↑ correlation (1 = the same)', 'layer'],
  ['error-decomposition', 'relu2', 'error (%) →'],
  ['spike-raster-1', '↑ neuron', 't (time steps) →'],
  ['membrane-traces-1', '↑ membrane potential (θ)', 't (time steps) →'],
])('figures() gives %s axes with units: %s, %s', (name, vertical, horizontal) => {
  expect(textsOf(name)).toEqual(expect.arrayContaining([vertical, horizontal]));
});

test('figures() shows one legend, names and symbols beside colours', () => {
  const texts = textsOf('accuracy-over-steps');
  for (const { name } of runs) expect(texts.filter((text) => text === name)).toHaveLength(1);
  const stacked = textsOf('work-by-layer');
  expect(stacked.filter((text) => text === 'additions (AC)')).toHaveLength(1);
});

test('figures() draws accuracy of a run with a cutoff only where its network was not run to the end', () => {
  const { name, hashes, evaluation } = runs[2];
  const whole = { ...runs[1], hashes };
  const drawnIn = (...given: typeof runs) => figures(results(...given))[0].svg.includes('>cut "off"<');
  expect([name, evaluation.stops[7]]).toEqual(['cut "off"', 0]);
  expect([drawnIn(runs[1], runs[2]), drawnIn(whole, runs[2])]).toEqual([true, false]);
});

test('figures() draws every spike and both break-evens', () => {
  // One line for all spikes: a stroke each.
  const strokes = parsed('spike-raster-1').querySelector('[aria-label="line"] path')!.getAttribute('d')!;
  expect(strokes.match(/M/g)).toHaveLength(3);
  // For each of 2 runs 3 symbols in the panels (a null has none) and 1 in the legend; the run in each of 2 panels.
  expect(countOf('break-even-rate', 'dot', 'path, circle')).toBe(8);
  expect(countOf('break-even-rate', 'tick', 'line')).toBe(4);
  expect(textsOf('break-even-rate')).toEqual(expect.arrayContaining(['proxy float32', 'lemaire', 'norm, weak']));
  expect(drawn.find(({ name }) => name === 'stop-histogram')!.svg).toContain(
    'cut &quot;off&quot;'.replaceAll('&quot;', '"'),
  );
  expect(textsOf('energy-by-layer-1')).not.toContain('memory');
  expect(textsOf('energy-by-layer-2')).toContain('memory');
});

test('figures() draws once what is asked for twice, and hands out a list of its own', () => {
  const again = figures(everything);
  expect(again).not.toBe(drawn);
  expect(again[0]).toBe(drawn[0]);
});

test('figures() gives a run one colour in all figures', () => {
  // The run with a cutoff is the third, green.
  expect(drawn[2].svg).toContain('#009E73');
  expect(drawn[2].svg).not.toContain('#0072B2');
  const third = [...runs, ...everything.records.filter(({ kind }) => kind === 'layers').slice(1)];
  const [correlation, error] = figures(results(...third)).slice(4);
  for (const { svg } of [correlation, error])
    expect([svg.includes('#D55E00'), svg.includes('#0072B2')]).toEqual([true, false]);
});

test('figures() leaves out what there is nothing of', () => {
  expect(figures(results(runs[0])).map(({ name }) => name)).toEqual([
    'accuracy-over-steps',
    'accuracy-against-energy',
    'work-by-layer',
  ]);
  expect(figures(results())).toEqual([]);
});

test('figures() keeps two ANNs and equal names apart', () => {
  const other = { ...ann, hash: 'b'.repeat(64) };
  const twice = { ...results(runs[0], { ...runs[0], hashes: { ann: other.hash, snn: 'c' } }) };
  const both = figures({ ...twice, records: [...twice.records, other] });
  expect(both.map(({ name }) => name.slice(0, 10))).toEqual([
    '1-accuracy',
    '1-accuracy',
    '1-work-by-',
    '2-accuracy',
    '2-accuracy',
    '2-work-by-',
  ]);
  const long = 'a name that is far too long '.repeat(4);
  const [, , work] = figures(
    results(run(long, runs[0].evaluation.accuracy), run(`${long}, too`, runs[0].evaluation.accuracy)),
  );
  expect(work.svg).toContain('too long a nam…<');
  expect(work.svg).toContain('too long a nam… (2)<');
});

test('figures() takes names that would break a file', () => {
  const strange = run('<script>"&\u0001\u001b', runs[0].evaluation.accuracy);
  const [{ svg }] = figures(results(strange));
  expect(svg).toContain('&lt;script&gt;');
  expect(svg).not.toMatch(/(?!\n)\p{Cc}/u);
});

test('figures() draws an ANN and steps without energy', () => {
  const free = {
    ...runs[0],
    evaluation: {
      ...runs[0].evaluation,
      workByStep: runs[0].evaluation.workByStep.map(() => ({ spikes: 0, accumulates: 0, multiplyAccumulates: 0 })),
    },
  };
  const [, energy] = figures({ ...results(free), records: [{ ...ann, multiplyAccumulates: {} }, free] });
  expect(energy.svg).not.toMatch(/NaN|Infinity/);
});

test('paretoFront() keeps what nothing beats', () => {
  const point = (cost: number, worth: number) => ({ cost, worth });
  const front = paretoFront([
    point(3, 5),
    point(1, 2),
    point(2, 2),
    point(1, 1),
    point(4, 4),
    point(5, 6),
    point(3, 5),
  ]);
  expect(front).toEqual([point(1, 2), point(3, 5), point(5, 6)]);
});
