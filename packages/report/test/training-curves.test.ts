import { type TrainingEpoch, trainingCurves } from '@spikewright/report';
import { JSDOM } from 'jsdom';
import { expect, test } from 'vitest';

const { window } = new JSDOM();

const epochs = (count: number, heldOut: boolean): TrainingEpoch[] =>
  Array.from({ length: count }, (_, place) => ({
    epoch: place + 1,
    loss: 0.3 / (place + 1),
    accuracy: 1 - 0.1 / (place + 1),
    ...(heldOut && { validation: { loss: 0.2, accuracy: 0.95 } }),
  }));

const parsed = (svg: string): Document => new window.DOMParser().parseFromString(svg, 'image/svg+xml');
const textsOf = (svg: string): string[] =>
  [...parsed(svg).querySelectorAll('text')].map(({ textContent }) => textContent ?? '');
/** Symbols in the panel of loss, its legend with them, and in that of accuracy. */
const dotsOf = (svg: string): number[] =>
  [...parsed(svg).querySelectorAll('svg > svg')].map(
    (panel) => panel.querySelectorAll('[aria-label="dot"] path, [aria-label="dot"] circle').length,
  );

test('trainingCurves() draws loss above accuracy, on training and held-out data', () => {
  const { svg, name, caption } = trainingCurves(epochs(12, true), { testAccuracy: 0.987, bestEpoch: 9 });
  expect(name).toBe('training-curves');
  expect(caption).toContain('Dashed: accuracy on test data. Upright: the epoch that was taken.');
  const root = parsed(svg).documentElement;
  expect(root.getAttribute('width')).toBe('720');
  // The second panel begins where the first ends; both fill the whole.
  const [loss, accuracy] = [...root.children];
  expect([loss.getAttribute('y'), accuracy.getAttribute('y')]).toEqual(['0', loss.getAttribute('height')]);
  expect(Number(root.getAttribute('height'))).toBe(
    Number(loss.getAttribute('height')) + Number(accuracy.getAttribute('height')),
  );
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining(['↑ loss', '↑ accuracy (%)', 'epoch →', 'training', 'held-out', 'test']),
  );
  expect(dotsOf(svg)).toEqual([24 + 2, 24]);
  expect(svg).not.toMatch(/NaN|Infinity|undefined|url\(|href/);
});

test('trainingCurves() leaves out what there is nothing of', () => {
  const { svg, caption } = trainingCurves(epochs(1, false));
  expect(textsOf(svg)).not.toEqual(expect.arrayContaining(['held-out']));
  expect(textsOf(svg)).not.toContain('test');
  expect(dotsOf(svg)).toEqual([1 + 1, 1]);
  expect(caption).not.toMatch(/Dashed|Upright/);
});

test('trainingCurves() takes hundreds of epochs, and a loss of 0, which no logarithm has', () => {
  expect(dotsOf(trainingCurves(epochs(300, false)).svg)).toEqual([300 + 1, 300]);
  const [first, second] = epochs(2, false);
  const { svg } = trainingCurves([first, { ...second, loss: 0 }]);
  expect(dotsOf(svg)).toEqual([1 + 1, 2]);
  expect(trainingCurves([{ ...first, loss: 0 }]).svg).not.toMatch(/NaN|Infinity/);
  expect(() => trainingCurves([])).toThrow(new RangeError('Cannot draw training curves: there must be an epoch: 0'));
});
