import { emit } from '../build.js';
import { type Call, listOf, type Operator } from '../layer.js';
import { imageOf } from '../values.js';

/** One axis of a piece: every `step`th place from `start` up to, but not including, `end`. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly size: number;
}

/**
 * `Slice` of an image, as ResNets with shortcuts of option A use it: a depthwise convolution whose kernel holds a single 1.
 * The zeros before the 1 skip what is cut off at the beginning, those after it what is cut off at the end.
 */
export const slice: Operator = (call) => {
  const { layer, inputs, build } = call;
  const image = imageOf(inputs[0]);
  if (image.shape.length === 1) throw new TypeError('its input must have more than one position');
  const [, whole, rows, columns] = piecesOf(call, image.dims);
  if (whole.end - whole.start !== whole.size || whole.step !== 1) throw new TypeError('it must keep all channels');
  const channels = whole.size;
  const [height, width] = [rows, columns].map(({ start, end, size }) => start + size - end + 1);
  if (height * width * channels > build.budget) throw new RangeError(`it must not cut off that much: [${image.dims}]`);
  const data = new Float32Array(height * width * channels);
  data.fill(1, (rows.start * width + columns.start) * channels, (rows.start * width + columns.start + 1) * channels);
  const value = emit(build, [image], {
    op: 'conv2d',
    name: layer.name,
    kernel: { shape: [height, width, 1, channels], data },
    strides: [rows.step, columns.step],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: channels,
  });
  const why = 'a depthwise convolution that copies some positions does the same';
  return { value, fate: 'replaced', why, nodes: [value.node] };
};

function piecesOf(call: Call, dims: readonly number[]): Piece[] {
  const [starts, ends] = [listOf(call, 'starts', 1) ?? [], listOf(call, 'ends', 2) ?? []];
  const axes = listOf(call, 'axes', 3) ?? starts.map((_, i) => i);
  const steps = listOf(call, 'steps', 4) ?? starts.map(() => 1);
  const pieces = dims.map((size) => ({ start: 0, end: size, step: 1, size }));
  starts.forEach((from, i) => {
    const axis = axes[i] < 0 ? axes[i] + dims.length : axes[i];
    const size = dims[axis];
    const [start, end] = [from, ends[i]].map((at) => Math.min(Math.max(at < 0 ? at + size : at, 0), size));
    if (!(axis > 0 && end > start && steps[i] >= 1)) {
      throw new TypeError(
        `it must take a piece of an axis after the batch, forwards: ${from} to ${ends[i]} of axis ${axes[i]}`,
      );
    }
    pieces[axis] = { start, end, step: steps[i], size };
  });
  return pieces;
}
