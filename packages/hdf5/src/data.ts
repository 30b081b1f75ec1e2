/** Sizes along each axis; `[]` for a single value. */
export type Shape = readonly number[];

/** Numbers of any stored type, as 32-bit floats in row-major order. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Texts in row-major order. */
export interface Texts {
  readonly shape: Shape;
  readonly texts: readonly string[];
}

/** What a dataset or an attribute holds. */
export type Value = Numbers | Texts;

/** Groups and datasets by name. */
export type Group = ReadonlyMap<string, Group | Value>;

/** How many values a shape holds. */
export const elements = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);
