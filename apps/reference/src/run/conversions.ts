import { norm } from '@spikewright/converters-norm';
import type { Converter } from '@spikewright/snn-core';

/** A row of the report. */
export interface Conversion {
  readonly name: string;
  readonly converter: Converter;
}

/** The weak form that papers often compare with, and the strong one that any method has to beat. */
export const conversions: readonly Conversion[] = [
  { name: 'norm, weak (max, start at 0)', converter: norm({ rule: 'max', initial: 0 }) },
  { name: 'norm, strong (99.9 percentile, start at θ/2)', converter: norm() },
];
