/** Shows any value in a message: one line of at most 80 characters. */
export const show = (value: unknown): string =>
  String(value)
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, 80);

/** The error for a file that is damaged or of a form that is not read. */
export const damaged = (rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot read the HDF5 file: ${rule}: ${show(value)}`);
