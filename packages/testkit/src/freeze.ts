import { insistSame } from './check.js';

/**
 * Freezes a plain value in depth, works with it, and throws an Error if it came out changed. Typed arrays cannot be
 * frozen, so they are compared with a copy.
 */
export async function withoutChange<Value, Result>(
  value: Value,
  what: string,
  work: (value: Value) => Result | Promise<Result>,
): Promise<Result> {
  const copy = copyOf(value);
  const result = await work(deepFreeze(value));
  insistSame(value, copy, what);
  return result;
}

/** Freezes a plain value and all that it holds, but for typed arrays. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

/** Copies a plain value. Not `structuredClone`, which in Jest makes objects of another realm. */
function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return (value as Float32Array).slice();
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part)]));
}
