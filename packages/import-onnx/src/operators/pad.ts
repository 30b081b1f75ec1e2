import { emit } from '../build.js';
import { type Call, constantOf, listOf, numberOf, type Operator, type Outcome, textOf } from '../layer.js';
import { type Activation, imageOf, isConstant, type Sides } from '../values.js';

/** `Pad` with zeros: a part of the layers that read it where they can, otherwise a convolution that copies. */
export const pad: Operator = (call) => {
  const { layer, inputs, build } = call;
  const image = imageOf(inputs[0]);
  if (image.shape.length === 1) throw new TypeError('its input must have more than one position');
  if (textOf(layer, 'mode', 'constant') !== 'constant') throw new TypeError('its mode must be constant');
  const [sides, channels] = sizesOf(call);
  const value = isConstant(inputs[2]) ? inputs[2].data[0] : numberOf(layer, 'value', 0);
  const readers = build.readers.get(layer.outputs[0]) ?? [];
  const readBy = (...kinds: readonly string[]): boolean =>
    readers.length > 0 &&
    !build.outputs.includes(layer.outputs[0]) &&
    readers.every(({ kind, inputs: [first] }) => kinds.includes(kind) && first === layer.outputs[0]);
  const { op } = build.nodes.get(image.node)!;
  // Padding takes no part in a maximum, which is right for -∞, and for 0 where no value is below it.
  const maximum = readBy('MaxPool') && (value < -LARGEST_FLOAT || (value === 0 && (op === 'relu' || op === 'clip')));
  if (value !== 0 && !maximum) throw new TypeError(`its constant must be 0: ${value}`);
  const plain = channels[0] + channels[1] === 0;
  return plain && (maximum || readBy('Conv', 'AveragePool')) ? later(image, sides) : now(call, image, sides, channels);
};

const LARGEST_FLOAT = 3.4e38;

function later(image: Activation, sides: Sides): Outcome {
  const [top, bottom, left, right] = sides;
  const [batch, channels, height, width] = image.dims;
  const dims = [batch, channels, height + top + bottom, width + left + right];
  const why = 'the layers that read it pad by themselves';
  return { value: { ...image, dims, pad: sides }, fate: 'folded', why, nodes: [image.node] };
}

function now({ layer, build }: Call, image: Activation, padding: Sides, [before, after]: readonly number[]): Outcome {
  const inputs = image.shape[2];
  const outputs = before + inputs + after;
  const groups = outputs === inputs ? inputs : 1;
  const rows = inputs / groups;
  if (rows * outputs > build.budget) throw new RangeError(`it must not add that many channels: ${before + after}`);
  const data = new Float32Array(rows * outputs);
  for (let channel = 0; channel < inputs; channel++) data[(channel % rows) * outputs + before + channel] = 1;
  const value = emit(build, [image], {
    op: 'conv2d',
    name: layer.name,
    kernel: { shape: [1, 1, rows, outputs], data },
    strides: [1, 1],
    padding,
    dilation: [1, 1],
    groups,
  });
  const why = 'a 1 × 1 convolution that copies its input does the same';
  return { value, fate: 'replaced', why, nodes: [value.node] };
}

/** Zeros around the image and around the channels. */
function sizesOf(call: Call): [Sides, readonly [before: number, after: number]] {
  const sizes = listOf(call, 'pads', 1) ?? [];
  const axes = call.inputs[3] === undefined ? [0, 1, 2, 3] : Array.from(constantOf(call, 3, 'axes').data);
  const pads = new Array<number>(8).fill(0);
  axes.forEach((axis, i) => {
    const place = axis < 0 ? axis + 4 : axis;
    pads[place] = sizes[i];
    pads[place + 4] = sizes[i + axes.length];
  });
  const sound = sizes.length === 2 * axes.length && pads.length === 8;
  if (!sound || !pads.every((size) => Number.isSafeInteger(size) && size >= 0 && size < 2 ** 16)) {
    throw new TypeError(`its pads must be whole numbers of at least 0: [${sizes.slice(0, 8)}]`);
  }
  if (pads[0] + pads[4] > 0) throw new TypeError('it must not pad the batch');
  return [
    [pads[2], pads[6], pads[3], pads[7]],
    [pads[1], pads[5]],
  ];
}
