/**
 * A named check, to be handed to any test runner: `for (const [name, check] of checks) test(name, check)`. It throws an
 * Error that explains what does not hold.
 */
export type Check = readonly [name: string, check: () => void | Promise<void>];

/** Throws an Error with the message unless the condition holds. */
export function insist(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws an Error that names the first difference, unless two values are the same in every part. */
export function insistSame(actual: unknown, expected: unknown, what: string): void {
  const place = difference(actual, expected);
  insist(place === undefined, `${what} must be the same, and ${place}`);
}

/** Says where two plain values (JSON, typed arrays, Maps) first differ, or returns undefined. */
export function difference(actual: unknown, expected: unknown, path = ''): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (!isTree(actual) || !isTree(expected) || prototype(actual) !== prototype(expected)) {
    return `differs at ${path || 'the top'}: ${show(actual)} is not ${show(expected)}`;
  }
  const [ours, theirs] = [entries(actual), entries(expected)];
  if (ours.size !== theirs.size) return `differs in size at ${path || 'the top'}: ${ours.size} is not ${theirs.size}`;
  for (const [key, value] of ours) {
    if (!theirs.has(key)) return `differs at ${path}.${key}: it should not be there`;
    const place = difference(value, theirs.get(key), `${path}.${key}`);
    if (place !== undefined) return place;
  }
  return undefined;
}

/**
 * Waits for a function that should refuse, and returns its Error.
 *
 * @throws Error when it does not refuse, throws something else than an Error, or says it in more than one line
 */
export async function refusal(work: () => unknown, what: string): Promise<Error> {
  const error = await caught(work);
  insist(error !== undefined, `${what} must be refused, and is not`);
  return error;
}

/**
 * Waits for a function that may refuse, and returns its Error, or undefined.
 *
 * @throws Error when it throws something else than an Error, or an Error that is no single line
 */
export async function caught(work: () => unknown): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    insist(error instanceof Error, `only an Error may be thrown: ${show(error)}`);
    // JavaScript's own "Cannot read properties of …" has no colon.
    const proper = /^Cannot [^\n:]+: [^\n]+$/.test(error.message);
    insist(proper, `an error must say "Cannot …: …" in one line: ${error.constructor.name}: ${error.message}`);
    return error;
  }
}

/** Whether JSON keeps a value whole. */
export function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (Array.isArray(value)) return value.every(isJson);
  return isTree(value) && prototype(value) === Object.prototype && Object.values(value).every(isJson);
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function prototype(value: object): unknown {
  return Object.getPrototypeOf(value);
}

function entries(value: object): ReadonlyMap<unknown, unknown> {
  return value instanceof Map ? value : new Map<unknown, unknown>(Object.entries(value));
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  return isTree(value) ? (JSON.stringify(value) ?? 'an object') : String(value);
}
