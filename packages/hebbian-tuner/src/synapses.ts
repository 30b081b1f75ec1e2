import { type Axis, type Conv2d, type Dense, type Shape, slidingWindow } from '@spikewright/snn-core';

/**
 * Goes through the synapses of a node in the order of its inputs, those of silent inputs left out. One visit is of one input
 * value and `count` synapses that lie side by side: their weights from `weight` on, the neurons behind them from `behind` on.
 */
export type Synapses = (
  before: ArrayLike<number>,
  visit: (value: number, weight: number, behind: number, count: number) => void,
) => void;

/**
 * Lays out the synapses of a node.
 *
 * @param shape - of its input
 */
export function synapsesOf(node: Conv2d | Dense, shape: Shape): Synapses {
  if (node.op === 'conv2d') return convolution(node, shape);
  const outputs = node.kernel.shape[1];
  return (before, visit) => {
    for (let i = 0; i < before.length; i++) if (before[i] !== 0) visit(before[i], i * outputs, 0, outputs);
  };
}

function convolution(node: Conv2d, shape: Shape): Synapses {
  const [height, width, groupInputs, channels] = node.kernel.shape;
  const groupOutputs = channels / node.groups;
  const inputs = shape[2];
  const { rows, columns } = slidingWindow(shape, [height, width], node.strides, node.padding, node.dilation);
  const [down, across] = [realTaps(rows), realTaps(columns)];
  return (before, visit) => {
    for (const [outRow, inRow, tapRow] of down) {
      for (const [outColumn, inColumn, tapColumn] of across) {
        const from = (inRow * columns.input + inColumn) * inputs;
        const to = (outRow * columns.output + outColumn) * channels;
        const tap = (tapRow * width + tapColumn) * groupInputs;
        for (let c = 0; c < inputs; c++) {
          const value = before[from + c];
          if (value === 0) continue;
          const first = Math.floor(c / groupInputs) * groupOutputs;
          visit(value, (tap + (c % groupInputs)) * channels + first, to + first, groupOutputs);
        }
      }
    }
  };
}

/** Output, input and tap of a kernel along one axis, where the tap lies on a real input. */
function realTaps({ input, output, kernel, stride, dilation, before }: Axis): [number, number, number][] {
  const taps: [number, number, number][] = [];
  for (let out = 0; out < output; out++) {
    for (let tap = 0; tap < kernel; tap++) {
      const at = out * stride - before + tap * dilation;
      if (at >= 0 && at < input) taps.push([out, at, tap]);
    }
  }
  return taps;
}

/** Adds to `sums`, laid out as the weights, what lies before a synapse times what lies behind it. */
export function correlate(
  synapses: Synapses,
  before: ArrayLike<number>,
  behind: ArrayLike<number>,
  sums: Float64Array,
): void {
  synapses(before, (value, weight, to, count) => {
    for (let k = 0; k < count; k++) sums[weight + k] += value * behind[to + k];
  });
}
