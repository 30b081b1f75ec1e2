import type { Tensor } from '@spikewright/snn-core';

/** A parameter: numbers, or a word such as `same`. */
export type Field = Tensor | string;

/** What a node or graph has, by name. */
export type Fields = ReadonlyMap<string, Field>;

/** One node of a NIR graph. */
export interface NirNode {
  /** Its NIR type, such as `Affine`. */
  readonly type: string;
  readonly fields: Fields;
  readonly metadata: Fields;
}

/** From a node to a node. */
export type Edge = readonly [from: string, to: string];

/** A NIR graph without subgraphs. */
export interface NirGraph {
  readonly nodes: ReadonlyMap<string, NirNode>;
  readonly edges: readonly Edge[];
  readonly metadata: Fields;
}

/** A tensor of any numbers. */
export const tensor = (shape: readonly number[], values: ArrayLike<number>): Tensor => ({
  shape,
  data: Float32Array.from(values),
});

/** A list of whole numbers. */
export const whole = (...values: number[]): Tensor => tensor([values.length], values);

/** Whether two fields are the same, bit for bit. */
export function sameField(one: Field | undefined, other: Field | undefined): boolean {
  if (typeof one === 'string' || typeof other === 'string' || !one || !other) return one === other;
  return (
    String(one.shape) === String(other.shape) &&
    one.data.length === other.data.length &&
    one.data.every((value, index) => Object.is(value, other.data[index]))
  );
}

/** A node without metadata. */
export const plainNode = (type: string, fields: Readonly<Record<string, Field>>): NirNode => ({
  type,
  fields: new Map(Object.entries(fields)),
  metadata: new Map(),
});

/** A node's name in a file, where slashes would part groups and a dot means this group. */
export const nirName = (name: string): string =>
  name
    .replace(/[%/]/g, (sign) => (sign === '%' ? '%25' : '%2F'))
    .replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'));
