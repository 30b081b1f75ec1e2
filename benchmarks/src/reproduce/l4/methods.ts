import { l4 } from '@spikewright/converters-l4';
import { norm } from '@spikewright/converters-norm';
import { type Converter, identity } from '@spikewright/snn-core';

/** A converter and what it is called in tables. */
export interface Named {
  readonly name: string;
  readonly converter: Converter;
}

/** What is done to the ANN's weights first. */
export const adjustments: readonly Named[] = [
  { name: 'as trained', converter: identity() },
  { name: 'A, L4', converter: l4() },
  { name: 'A with L2', converter: l4({ norm: 'l2' }) },
  { name: 'A with channel max', converter: l4({ norm: 'max' }) },
  { name: 'B, all layers', converter: l4({ rule: 'normalise' }) },
  { name: 'B, last layer', converter: l4({ rule: 'normalise', scope: 'output' }) },
  { name: 'C, sigma', converter: l4({ rule: 'sigma' }) },
];

/** What makes it spike then: the form that papers often compare with, and the strong one. One λ for a layer in both. */
export const baselines: readonly Named[] = [
  { name: 'weak', converter: norm({ rule: 'max', scope: 'layer', initial: 0 }) },
  { name: 'strong', converter: norm({ scope: 'layer' }) },
];

/** λ by channel, which takes every factor out again: one row for all adjustments that keep the function. */
export const byChannel: Named = { name: 'channel', converter: norm() };
