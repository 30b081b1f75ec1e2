/** An option that is unknown, missing or out of range. Recognise it by its `name`, which survives two copies. */
export class OptionsError extends Error {
  override readonly name: string = 'OptionsError';
}

/** Shows any value in a message: one line of at most 80 characters. */
export function show(value: unknown): string {
  return asText(value)
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, 80);
}

function asText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return 'an object that JSON cannot show';
  }
}

/**
 * Refuses keys that nobody asked for: a misspelt option would silently not count.
 *
 * @throws OptionsError naming the first
 */
export function requireKnown(action: string, given: object, known: readonly string[]): void {
  const stranger = Object.keys(given).find((key) => !known.includes(key));
  if (stranger !== undefined)
    throw new OptionsError(`Cannot ${action}: the option must be one of ${known.join(', ')}: '${stranger}'`);
}

/** The most steps of a run: far beyond use, and low enough that records by step fit in memory. */
export const MOST_STEPS = 65_536;

/** Refuses anything but a whole number in a range, with an error that begins with `action`. */
export function requireInteger(action: string, what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value)) throw new RangeError(`Cannot ${action}: ${what} must be a whole number: ${value}`);
  if (value < least) throw new RangeError(`Cannot ${action}: ${what} must be at least ${least}: ${value}`);
  if (value > most) throw new RangeError(`Cannot ${action}: ${what} must be at most ${most}: ${value}`);
}

/** Refuses data without samples. */
export function requireSamples(action: string, samples: number): void {
  if (samples === 0) throw new RangeError(`Cannot ${action}: the data must hold at least 1 sample: 0 given`);
}

/** The labels of a batch, which must have them. */
export function labelsOf(action: string, { labels }: { readonly labels?: Int32Array }): Int32Array {
  if (labels) return labels;
  throw new TypeError(`Cannot ${action}: every batch must have labels: none given`);
}
