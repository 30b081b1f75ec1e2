import { calibration } from '@spikewright/converters-calibration';
import { qcfs } from '@spikewright/converters-qcfs';
import { type Converter, identity, type Network } from '@spikewright/snn-core';

/** A way to make a network spike. */
export interface Form {
  readonly method: string;
  readonly converter: Converter;
}

/** Training images that converters look at, at most. */
export const CONVERSION_IMAGES = 4000;

/**
 * The spiking forms of a network: those trained as spiking networks stay as they are, the others are converted by QCFS, and by
 * SNN calibration for two steps, whose first answers are far better. Two steps, both corrections and the number of images were
 * chosen on 8,000 training images of Fashion-MNIST that the conversion had not seen.
 */
export const formsOf = ({ nodes }: Network): readonly Form[] =>
  nodes.some(({ op }) => op === 'neuron')
    ? [{ method: 'as trained', converter: identity() }]
    : [
        { method: 'QCFS', converter: qcfs() },
        { method: 'QCFS, calibrated', converter: calibration({ steps: 2, bias: true, potentials: true }) },
      ];
