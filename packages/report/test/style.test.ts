import { expect, test } from 'vitest';
import { styles } from '../src/style.js';

/** Severe colour blindness in linear RGB (Machado, Oliveira and Fernandes, 2009). */
const VISIONS = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

const linear = (color: string): number[] =>
  [1, 3, 5].map((at) => (Number.parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);

const seen = (color: string, matrix: readonly number[]): number[] => {
  const [r, g, b] = linear(color);
  return [0, 3, 6].map((row) => (matrix[row] * r + matrix[row + 1] * g + matrix[row + 2] * b) ** (1 / 2.2) || 0);
};

const luminance = (color: string): number => {
  const [r, g, b] = linear(color);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

const six = styles(['a', 'b', 'c', 'd', 'e', 'f']);

test.each(Object.entries(VISIONS))('styles() has colours that differ for %s vision', (_, matrix) => {
  for (const [place, one] of six.entries()) {
    for (const other of six.slice(0, place)) {
      const [a, b] = [seen(one.color, matrix), seen(other.color, matrix)];
      expect(Math.hypot(...a.map((value, channel) => value - b[channel])), `${one.name} ${other.name}`).toBeGreaterThan(
        0.1,
      );
    }
  }
});

test('styles() has colours that stand out from both backgrounds, and symbols of their own', () => {
  for (const { color } of six) {
    expect(contrast(luminance(color), 1), `${color} on white`).toBeGreaterThan(2);
    expect(contrast(luminance(color), luminance('#16181d')), `${color} on dark`).toBeGreaterThan(3);
  }
  expect(new Set(six.map(({ symbol }) => symbol)).size).toBe(6);
  const many = styles(Array.from({ length: 42 }, String));
  expect(new Set(many.map(({ color, symbol }) => `${color} ${symbol}`)).size).toBe(42);
  // Lines have no symbols everywhere: the first 18 differ by colour and dashes alone.
  expect(new Set(many.slice(0, 18).map(({ color, dash }) => `${color} ${dash}`)).size).toBe(18);
});
