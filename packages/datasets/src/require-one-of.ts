/** Refuses a word that is none of those known. */
export function requireOneOf(action: string, what: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new ReferenceError(`Cannot ${action}: the ${what} must be one of ${known.join(', ')}: ${value}`);
}
