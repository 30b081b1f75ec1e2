import { expect } from 'vitest';
import { allClose, type Tolerance } from './all-close.js';

/** The matcher that importing this module adds to vitest's `expect`. */
export interface ToBeAllClose {
  /** Compares two lists of numbers as {@link allClose} does. */
  toBeAllClose(expected: ArrayLike<number>, tolerance?: Tolerance): void;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the parameter must be written as vitest writes it
  interface Matchers<T = any> extends ToBeAllClose {}
}

expect.extend({
  toBeAllClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance?: Tolerance) {
    const { pass, message } = allClose(actual, expected, tolerance);
    return { pass, message: () => message };
  },
});
