import { backend_util, type NamedAttrMap } from '@tensorflow/tfjs-core';

type Shape4D = [number, number, number, number];

/** The geometry of a forward convolution, from the attributes of one of its gradients. */
export function convolutionOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: NamedAttrMap,
): backend_util.Conv2DInfo {
  const {
    strides,
    pad,
    dimRoundingMode,
    dilations = 1,
    dataFormat = 'NHWC',
  } = attrs as unknown as {
    strides: number | [number, number];
    pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
    dilations?: number | [number, number];
    dataFormat?: string;
  };
  if (dataFormat !== 'NHWC') {
    throw new TypeError(`Cannot differentiate conv2d: the data format must be NHWC: ${dataFormat}`);
  }
  const [input, filter] = [inputShape as Shape4D, filterShape as Shape4D];
  return backend_util.computeConv2DInfo(input, filter, strides, dilations, pad, dimRoundingMode);
}

/** Attributes of a convolution with the given zeros at each side. */
export function convolutionAttributes(
  padding: readonly [top: number, bottom: number, left: number, right: number],
  strides: readonly [number, number],
  dilations: readonly [number, number],
): NamedAttrMap {
  const [top, bottom, left, right] = padding;
  const pad = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ] as unknown as NamedAttrMap[string];
  return { pad, strides: [...strides], dilations: [...dilations], dataFormat: 'NHWC' };
}
