/** A table as text: a heading and rows of cells. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A share as percent with two digits; '-' where there is none. */
export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '-' : (share * 100).toFixed(2);

/** A number rounded, with thin groups of thousands. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Three digits that count, whole numbers in full. */
export const nanojoules = (value: number): string =>
  value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString('en-US');
