import { activationLayer } from './activation.js';
import type { Maker } from './maker.js';
import { batchNormalization, normalization, rescaling } from './scaling.js';
import { add, concatenate, flatten, input, nothing, reshape } from './shape.js';
import { CONVOLUTIONS, dense } from './weighted.js';
import { globalAverage, globalMaximum, pooling, zeroPadding } from './window.js';

/** What turns each kind of layer into nodes. */
const MAKERS: Readonly<Record<string, Maker>> = {
  InputLayer: input,
  ...CONVOLUTIONS,
  Dense: dense,
  BatchNormalization: batchNormalization,
  BatchNormalizationV1: batchNormalization,
  Rescaling: rescaling,
  Normalization: normalization,
  Activation: activationLayer,
  ReLU: activationLayer,
  LeakyReLU: activationLayer,
  Softmax: activationLayer,
  MaxPooling1D: pooling,
  MaxPooling2D: pooling,
  AveragePooling1D: pooling,
  AveragePooling2D: pooling,
  GlobalAveragePooling1D: globalAverage,
  GlobalAveragePooling2D: globalAverage,
  GlobalMaxPooling1D: globalMaximum,
  GlobalMaxPooling2D: globalMaximum,
  ZeroPadding1D: zeroPadding,
  ZeroPadding2D: zeroPadding,
  Flatten: flatten,
  Reshape: reshape,
  Add: add,
  Concatenate: concatenate,
  Dropout: nothing,
  SpatialDropout1D: nothing,
  SpatialDropout2D: nothing,
  AlphaDropout: nothing,
  GaussianDropout: nothing,
  GaussianNoise: nothing,
  ActivityRegularization: nothing,
};

/** The names of the layers that can be read. */
export const SUPPORTED: readonly string[] = Object.keys(MAKERS).sort();

/** Finds what turns a kind of layer into nodes. */
export const makerOf = (kind: string): Maker | undefined => (Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined);
