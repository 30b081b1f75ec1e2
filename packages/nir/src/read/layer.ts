import type { ImportedLayer, Node, Shape, Tensor } from '@spikewright/snn-core';
import type { Fields, NirNode } from '../nir-graph.js';

/** What a NIR file leaves open, said by the user. */
export interface Said {
  readonly reset: 'subtract' | 'zero' | undefined;
  readonly dt: number | undefined;
}

/** A node of the file and what is known of its place. */
export interface Layer {
  readonly name: string;
  readonly node: NirNode;
  /** The node here that it reads. */
  readonly from: string;
  /** The shape of what it reads. */
  readonly shape: Shape;
  /** The image whose places the values that it reads stand for in NIR's order. */
  readonly image: Shape;
  readonly said: Said;
}

/** What became of a node of the file; text is the reason why nothing could. */
export type Outcome =
  | string
  | {
      readonly nodes: readonly Node[];
      readonly shape: Shape;
      /** Where the places of a vector stand for those of an image. */
      readonly image?: Shape;
      readonly fate: Exclude<ImportedLayer['fate'], 'unsupported'>;
      readonly why: string;
    };

/** Numbers of a field; none where it is missing. */
export function numbersOf(fields: Fields, name: string): Tensor {
  const field = fields.get(name);
  return typeof field === 'object' ? field : { shape: [0], data: new Float32Array(0) };
}

/** A whole number for each of two axes; one number stands for both. */
export function pairOf(fields: Fields, name: string, least: number): [number, number] | undefined {
  const { data } = numbersOf(fields, name);
  const pair: [number, number] = [data[0], data[data.length === 1 ? 0 : 1]];
  const isPair = data.length <= 2 && pair.every((one) => Number.isInteger(one) && one >= least && one <= 2 ** 16);
  return isPair ? pair : undefined;
}

/** The one value that all have; undefined where they differ or there are none. */
export function common({ data }: Tensor): number | undefined {
  return data.every((value) => value === data[0]) ? data[0] : undefined;
}
