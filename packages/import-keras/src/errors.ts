/** Shows any value in a message: one line of at most 80 characters. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.replace(/\p{Cc}/gu, ' ').slice(0, 80);
}

/** The error for bytes that are not what they should be. */
export const damaged = (format: string, rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot read the ${format} file: ${rule}: ${show(value)}`);

/** The error for a layer whose settings make no sense. */
export const faulty = (layer: string, rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot import layer '${show(layer)}': ${rule}: ${show(value)}`);
