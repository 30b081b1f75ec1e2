/** How near two numbers must be: `|actual - expected| <= absolute + relative · |expected|`. */
export interface Tolerance {
  /**
   * A part of the expected number, from 0.
   *
   * @defaultValue 1e-6
   */
  readonly relative?: number;
  /**
   * In the unit of the numbers, from 0.
   *
   * @defaultValue 1e-9
   */
  readonly absolute?: number;
}

/** Whether arrays are close, and what to say of it. */
export interface Closeness {
  readonly pass: boolean;
  /** Names the worst element, its values and how many differ; when the arrays are close, says so. */
  readonly message: string;
}

/**
 * Compares two lists of numbers element by element. NaN is close to NaN only, an infinity to itself only; lists of
 * different lengths are never close.
 *
 * @throws RangeError when a tolerance is negative or NaN
 */
export function allClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance = {}): Closeness {
  const { relative = 1e-6, absolute = 1e-9 } = tolerance;
  for (const [name, value] of Object.entries({ relative, absolute })) {
    if (!(value >= 0)) throw new RangeError(`Cannot compare: ${name} must be at least 0: ${value}`);
  }
  if (actual.length !== expected.length) {
    return { pass: false, message: `expected ${expected.length} elements, got ${actual.length}` };
  }
  let [count, worst, worstExcess] = [0, 0, 0];
  for (let i = 0; i < expected.length; i++) {
    const excess = excessOf(actual[i], expected[i], relative, absolute);
    if (excess <= 0) continue;
    count += 1;
    if (excess > worstExcess) [worst, worstExcess] = [i, excess];
  }
  const limits = `(relative ${relative}, absolute ${absolute})`;
  if (count === 0) return { pass: true, message: `all ${expected.length} elements are close ${limits}` };
  return {
    pass: false,
    message: `${count} of ${expected.length} elements differ ${limits}; worst at ${worst}: expected ${expected[worst]}, got ${actual[worst]}`,
  };
}

/** How far a difference lies above what is allowed; at most 0 for numbers that are close. */
function excessOf(actual: number, expected: number, relative: number, absolute: number): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  const distance = Math.abs(actual - expected);
  // Beyond here lie NaN beside a number, and an infinity beside another number.
  if (!Number.isFinite(distance)) return Number.POSITIVE_INFINITY;
  return distance - (absolute + relative * Math.abs(expected));
}
