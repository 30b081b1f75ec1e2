import { faulty, show } from './errors.js';

/** An object of a file's JSON, of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is an object with fields. */
export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads JSON that must be an object. */
export function parseJson(text: string, what: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TypeError(`Cannot import: ${what} must be JSON: ${show(text)}`);
  }
  if (!isRecord(value)) throw new TypeError(`Cannot import: ${what} must be an object: ${show(value)}`);
  return value;
}

/** A field that must be an object. */
export function record(from: Json, field: string, layer: string): Json {
  const value = from[field];
  if (!isRecord(value)) throw faulty(layer, `${field} must be an object`, value);
  return value;
}

/** A field that must be text; `otherwise` where it is missing. */
export function text(from: Json, field: string, layer: string, otherwise?: string): string {
  const value = from[field] ?? otherwise;
  if (typeof value !== 'string') throw faulty(layer, `${field} must be text`, value);
  return value;
}

/** A field that must be a finite number; `otherwise` where it is missing. */
export function number(from: Json, field: string, layer: string, otherwise: number): number {
  const value = from[field] ?? otherwise;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw faulty(layer, `${field} must be a number`, value);
  return value;
}

/** A field that must be a whole number of at least 1. */
export function count(from: Json, field: string, layer: string, otherwise?: number): number {
  const value = from[field] ?? otherwise;
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw faulty(layer, `${field} must be whole and at least 1`, value);
  }
  return value as number;
}

/** A field of one number for each axis, or one for all; along a sequence the first axis is 1. */
export function pair(
  from: Json,
  field: string,
  layer: string,
  isSequence: boolean,
  otherwise?: readonly number[],
): [number, number] {
  const value = from[field] ?? otherwise;
  const list = Array.isArray(value) ? value : isSequence ? [value] : [value, value];
  const [first, second, ...more] = isSequence ? [1, ...list] : list;
  if (more.length > 0) throw faulty(layer, `${field} must have a number for each axis`, value);
  return [count({ [field]: first }, field, layer), count({ [field]: second }, field, layer)];
}

/** The layers that a call names, and whether it has a number among its arguments. */
export interface Call {
  readonly names: readonly string[];
  readonly withNumber: boolean;
}

/** Reads the calls of a layer: lists of `[name, call, output]` in Keras 2, arguments in Keras 3. */
export function calls(nodes: unknown): readonly Call[] {
  return Array.isArray(nodes) ? nodes.map((node) => references(isRecord(node) ? node.args : node)) : [];
}

/** Collects the layers that are named anywhere in a value. */
export function references(value: unknown): Call {
  const names: string[] = [];
  let withNumber = false;
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const one = pending.pop();
    if (isRecord(one)) pending.push(isRecord(one.config) ? one.config.keras_history : undefined);
    else if (typeof one === 'number') withNumber = true;
    else if (!Array.isArray(one)) continue;
    else if (typeof one[0] === 'string' && typeof one[1] === 'number') names.push(one[0]);
    else pending.push(...one.toReversed());
  }
  return { names, withNumber };
}
