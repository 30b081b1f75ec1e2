import { emit } from '../build.js';
import { type Call, listOf, numberOf, type Operator, type Outcome } from '../layer.js';
import { type Activation, imageOf, isActivation } from '../values.js';
import { addSides, isPadded, kernelShape, type Sliding, slidingOf, windowsFit } from '../windows.js';

/** `MaxPool`. Padding takes no part in a maximum, so windows that are cut off at the end count as padded ones. */
export const maxPool: Operator = ({ layer, inputs: [x], build }) => {
  const image = imageOf(x);
  const { size, strides, dilation, padding, cut } = slidingOf(layer, image, kernelShape(layer));
  if (Math.max(...dilation) > 1) throw new TypeError(`its dilations must be 1: [${dilation}]`);
  const sides = addSides(addSides(padding, cut), image.pad);
  const value = emit(build, [image], { op: 'maxPool2d', name: layer.name, size, strides, padding: sides });
  return { value, fate: 'kept', why: 'a maxPool2d node does the same', nodes: [value.node] };
};

/** `AveragePool`. A mean that counts padding is a depthwise convolution with equal weights. */
export const averagePool: Operator = (call) => {
  const { layer, inputs, build } = call;
  const image = imageOf(inputs[0]);
  const sliding = slidingOf(layer, image, kernelShape(layer));
  const { size, strides, dilation, padding, cut } = sliding;
  if (Math.max(...dilation) > 1) throw new TypeError(`its dilations must be 1: [${dilation}]`);
  const counts = numberOf(layer, 'count_include_pad', 0) !== 0;
  if (!image.pad && (!counts || !isPadded(padding))) {
    if (counts && isPadded(cut)) throw new TypeError(CUT);
    const node = { op: 'avgPool2d', name: layer.name, size, strides, padding: addSides(padding, cut) } as const;
    const value = emit(build, [image], node);
    return { value, fate: 'kept', why: 'an avgPool2d node does the same', nodes: [value.node] };
  }
  if (isPadded(cut)) throw new TypeError(CUT);
  if (image.pad && !counts && isPadded(padding)) {
    throw new TypeError('padding that counts and padding that does not cannot both lie around it');
  }
  return equalWeights(call, image, sliding);
};

const CUT = 'ceil_mode and padding that counts cannot be had together: set ceil_mode to 0';

function equalWeights({ layer, build }: Call, image: Activation, sliding: Sliding): Outcome {
  const { size, strides, padding } = sliding;
  if (!windowsFit(image, sliding)) throw new TypeError(`its window [${size}] must fit the image`);
  const channels = image.shape.at(-1)!;
  const weights = size[0] * size[1] * channels;
  if (weights > build.budget) throw new RangeError(`its window must not be that large: [${size}]`);
  const kernel = {
    shape: [...size, 1, channels],
    data: new Float32Array(weights).fill(1 / (size[0] * size[1])),
  };
  const value = emit(build, [image], {
    op: 'conv2d',
    name: layer.name,
    kernel,
    strides,
    padding: addSides(padding, image.pad),
    dilation: [1, 1],
    groups: channels,
  });
  const why = 'its padding counts in the mean, so a depthwise convolution with equal weights does the same';
  return { value, fate: 'replaced', why, nodes: [value.node] };
}

/** `GlobalAveragePool`; its one position is no axis of the network any more. */
export const globalAveragePool: Operator = (call) => globalMean(call, imageOf(call.inputs[0]), true);

/** `ReduceMean` over height and width. */
export const reduceMean: Operator = (call) => {
  const { layer, inputs } = call;
  const [x] = inputs;
  if (!isActivation(x) || !x.axes) throw new TypeError('its input must be an image');
  const axes = listOf(call, 'axes', 1) ?? [];
  const names = axes.map((axis) => x.axes!.at(axis)).sort();
  if (names.join('') !== 'HW') throw new TypeError(`it must be over height and width: axes [${axes}]`);
  return globalMean(call, x, numberOf(layer, 'keepdims', 1) !== 0);
};

function globalMean({ layer, build }: Call, x: Activation, keep: boolean): Outcome {
  const [channels] = x.shape.slice(-1);
  const dims = keep
    ? Array.from(x.dims, (size, axis) => ('HW'.includes(x.axes![axis]) ? 1 : size))
    : [x.dims[0], channels];
  const axes = keep ? x.axes : undefined;
  if (x.shape.length === 1) {
    return { value: { ...x, dims, axes }, fate: 'dropped', why: 'its input has one position', nodes: [] };
  }
  const value = emit(build, [x], { op: 'globalAvgPool', name: layer.name }, { dims, axes });
  return { value, fate: 'kept', why: 'a globalAvgPool node does the same', nodes: [value.node] };
}

/** `GlobalMaxPool`: a window as large as the image. */
export const globalMaxPool: Operator = ({ layer, inputs: [x], build }) => {
  const image = imageOf(x);
  const [height, width] = image.shape;
  const node = { op: 'maxPool2d', name: layer.name, size: [height, width], strides: [1, 1], padding: 'valid' } as const;
  const value = emit(build, [image], node);
  return { value, fate: 'kept', why: 'a maxPool2d node does the same', nodes: [value.node] };
};
