import { norm } from '@spikewright/converters-norm';
import { quantizeWeights } from '@spikewright/engine-wasm';
import { type Converter, chain } from '@spikewright/snn-core';

/** A row of the report. */
export interface Conversion {
  readonly name: string;
  readonly converter: Converter;
}

/** The weak form that papers often compare with, and the strong one that any method has to beat. */
export const conversions: readonly Conversion[] = [
  { name: 'norm, weak: max by layer, start at 0', converter: norm({ rule: 'max', scope: 'layer', initial: 0 }) },
  { name: 'norm, strong by layer: 99.9 percentile, start at θ/2', converter: norm({ scope: 'layer' }) },
  { name: 'norm, strong by channel: 99.9 percentile, start at θ/2', converter: norm({ scope: 'channel' }) },
  {
    name: 'the same with weights of 8 bits',
    converter: chain(norm({ scope: 'channel' }), quantizeWeights({ bits: 8 })),
  },
];
