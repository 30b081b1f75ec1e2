/** Refuses a value that is not of a shape. `at` is where it lies, for the message. */
export type Shape = (value: unknown, at: string) => void;

function refuse(at: string, rule: string, value: unknown): never {
  const text = value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value));
  throw new TypeError(`Cannot read results: ${at} must be ${rule}: ${text.slice(0, 80)}`);
}

/** A finite number in a range. */
export const number =
  (least: number = Number.NEGATIVE_INFINITY, most: number = Number.POSITIVE_INFINITY): Shape =>
  (value, at) => {
    if (typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most) return;
    refuse(
      at,
      `a number${Number.isFinite(least) ? ` from ${least}` : ''}${Number.isFinite(most) ? ` to ${most}` : ''}`,
      value,
    );
  };

/** A whole number in a range. */
export const whole =
  (least: number, most: number = Number.MAX_SAFE_INTEGER): Shape =>
  (value, at) => {
    if (!Number.isSafeInteger(value)) refuse(at, 'a whole number', value);
    number(least, most)(value, at);
  };

export const text: Shape = (value, at) => {
  if (typeof value !== 'string') refuse(at, 'a text', value);
};

/** Exactly this value. */
export const literal =
  (expected: string | number): Shape =>
  (value, at) => {
    if (value !== expected) refuse(at, JSON.stringify(expected), value);
  };

export const nullable =
  (shape: Shape): Shape =>
  (value, at) => {
    if (value !== null) shape(value, at);
  };

export const optional =
  (shape: Shape): Shape =>
  (value, at) => {
    if (value !== undefined) shape(value, at);
  };

export const list =
  (item: Shape): Shape =>
  (value, at) => {
    if (!Array.isArray(value)) refuse(at, 'a list', value);
    for (const [place, one] of (value as unknown[]).entries()) item(one, `${at}[${place}]`);
  };

/** A list of so many items. */
export const tuple =
  (...items: readonly Shape[]): Shape =>
  (value, at) => {
    if (!Array.isArray(value) || value.length !== items.length) refuse(at, `a list of ${items.length}`, value);
    for (const [place, item] of items.entries()) item((value as unknown[])[place], `${at}[${place}]`);
  };

/** Values of one shape by name. */
export const record =
  (item: Shape): Shape =>
  (value, at) => {
    if (!isObject(value)) refuse(at, 'an object', value);
    for (const [key, one] of Object.entries(value as object)) item(one, `${at}.${key}`);
  };

/** An object with these fields; further ones are left alone, so that runs may write more than a report reads. */
export const object =
  (fields: Readonly<Record<string, Shape>>): Shape =>
  (value, at) => {
    if (!isObject(value)) refuse(at, 'an object', value);
    for (const [key, shape] of Object.entries(fields))
      shape((value as Record<string, unknown>)[key], at ? `${at}.${key}` : key);
  };

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
