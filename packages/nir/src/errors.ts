/** Shows any value in a message: one line of at most 80 characters. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.replace(/\p{Cc}/gu, ' ').slice(0, 80);
}

/** The error for bytes that are not what they should be. */
export const damaged = (format: string, rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot read the ${format} file: ${rule}: ${show(value)}`);

/** The error for a node that NIR has no words for. */
export const unwritable = (node: string, rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot write node '${show(node)}' as NIR: ${rule}: ${show(value)}`);
