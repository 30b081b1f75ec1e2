/** Shows anything from a file in a message, without looking into it: one line of at most 80 characters. */
export const show = (value: unknown): string =>
  (typeof value === 'object' && value !== null ? 'an object' : String(value)).replace(/\p{Cc}/gu, ' ').slice(0, 80);

/** The error of a file that cannot be read. */
export const damaged = (rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot read the PyTorch file: ${rule}: ${show(value)}`);
