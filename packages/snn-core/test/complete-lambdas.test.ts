import { completeLambdas } from '@spikewright/snn-core/convert';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { input, network, plain } from './builders.js';

const two = network(input(3), plain('relu', 'a', 'input'), plain('relu', 'b', 'a'));
const measured = (values: Record<string, readonly number[]>) => new Map(Object.entries(values));

describe('completeLambdas', () => {
  test('keeps what was measured', () => {
    const given = measured({ a: [0.5, 2, 3], b: [7] });
    expect(completeLambdas(two, given, 'mine')).toEqual({ lambdas: { a: [0.5, 2, 3], b: [7] }, notes: [] });
  });

  test('gives a silent channel the largest λ of its layer, without a note', () => {
    const { lambdas, notes } = completeLambdas(two, measured({ a: [0.5, 0, 3], b: [0, 0.25, 0] }), 'mine');
    expect(lambdas).toEqual({ a: [0.5, 3, 3], b: [0.25, 0.25, 0.25] });
    expect(notes).toEqual([]);
  });

  test('gives a silent layer 1, and a note that begins with the name of the converter', () => {
    const { lambdas, notes } = completeLambdas(two, measured({ a: [0, 0, 0], b: [0] }), 'mine');
    expect(lambdas).toEqual({ a: [1, 1, 1], b: [1] });
    expect(notes).toEqual([
      "mine: 'a' was never active on the calibration data; its λ is 1: give more samples",
      "mine: 'b' was never active on the calibration data; its λ is 1: give more samples",
    ]);
  });

  test('lets no λ exceed the bound of a clip or QCFS layer, silent or not', () => {
    const bounded = network(
      input(2),
      { op: 'clip', name: 'a', inputs: ['input'], lambda: 0.5 },
      { op: 'qcfs', name: 'b', inputs: ['a'], lambda: 2, levels: 4 },
    );
    const { lambdas, notes } = completeLambdas(bounded, measured({ a: [0, 0], b: [1, 2.5] }), 'mine');
    expect(lambdas).toEqual({ a: [0.5, 0.5], b: [1, 2] });
    expect(notes).toEqual(["mine: 'a' was never active on the calibration data; its λ is 0.5: give more samples"]);
  });

  test('takes any iterable, only what was measured, and the name __proto__ as it is', () => {
    const odd = network(input(1), plain('relu', '__proto__', 'input'), plain('relu', 'other', '__proto__'));
    const { lambdas } = completeLambdas(odd, new Map([['__proto__', Float64Array.of(4)]]), 'mine');
    expect(Object.entries(lambdas)).toEqual([['__proto__', [4]]]);
  });

  test('gives λ above 0 that are no smaller than what was measured', () => {
    const values = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e6, noNaN: true })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(values, (channels) => {
        const { lambdas, notes } = completeLambdas(two, new Map([['a', channels]]), 'mine');
        const largest = Math.max(...channels);
        expect(lambdas.a.every((lambda, c) => lambda > 0 && lambda >= channels[c])).toBe(true);
        expect(Math.max(...lambdas.a)).toBe(largest || 1);
        expect(notes).toHaveLength(largest > 0 ? 0 : 1);
      }),
      { numRuns: 50 },
    );
  });
});
