import type { ImportedLayer } from '@spikewright/snn-core';
import type { Build } from './build.js';
import { type Constant, isConstant, type Value } from './values.js';

/** One node of the file's graph, without its protobuf clothes. */
export interface Layer {
  readonly name: string;
  /** The operator, with its domain unless that is ONNX's own. */
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** The kinds of attribute that the operators here have; `null` stands for any other. */
export type Attribute = number | string | readonly number[] | Constant | null;

/** A layer with the values it reads, and the network so far. */
export interface Call {
  readonly layer: Layer;
  readonly inputs: readonly (Value | undefined)[];
  readonly build: Build;
}

/** What an operator made of a layer. */
export interface Outcome extends Pick<ImportedLayer, 'fate' | 'why' | 'nodes'> {
  readonly value: Value;
}

/** Turns a layer into nodes. Any error that it throws says why the layer is not supported. */
export type Operator = (call: Call) => Outcome;

/** A number attribute. */
export function numberOf({ attributes }: Layer, name: string, fallback: number): number {
  const value = attributes.get(name) ?? fallback;
  if (typeof value !== 'number') throw new TypeError(`its attribute '${name}' must be a number`);
  return value;
}

/** A text attribute. */
export function textOf({ attributes }: Layer, name: string, fallback: string): string {
  const value = attributes.get(name) ?? fallback;
  if (typeof value !== 'string') throw new TypeError(`its attribute '${name}' must be text`);
  return value;
}

/** An attribute that lists numbers. */
export function numbersOf({ attributes }: Layer, name: string): readonly number[] | undefined {
  const value = attributes.get(name);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new TypeError(`its attribute '${name}' must list numbers`);
  return value;
}

/** An input that the file has to fix. */
export function constantOf({ inputs }: Call, place: number, what: string): Constant {
  const value = inputs[place];
  if (!isConstant(value)) throw new TypeError(`its ${what} must be stored in the file as a constant`);
  return value;
}

/** Whole numbers that are an attribute in older operator sets and an input in newer ones. */
export function listOf(call: Call, attribute: string, place: number): readonly number[] | undefined {
  if (call.inputs[place] === undefined) return numbersOf(call.layer, attribute);
  const list = Array.from(constantOf(call, place, attribute).data);
  // A division of whole numbers that the file computes would be rounded there, but not here.
  if (list.some((value) => value % 1 !== 0))
    throw new TypeError(`its ${attribute} must be whole numbers: [${list.slice(0, 8)}]`);
  return list;
}
