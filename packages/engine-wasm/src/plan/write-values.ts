import type { Compiled, Conv2d, Dense } from '@spikewright/snn-core';
import { slidingWindow } from '@spikewright/snn-core';
import * as layout from '../layout.js';
import type { Arena } from '../machine/arena.js';
import { type Share, shareOf } from './operation.js';
import { type Block, inputRange, type Kernel, packFloats, placesIn } from './pack-weights.js';
import { type Fields, record, writeWords } from './write-feed.js';

/** A convolution of values: its weights, and records that tell a kernel what to do with them. */
export interface ValuesLayer {
  /** Makes a record for a thread's part of the rows. */
  record(input: Place, output: Place, share: Share): number;
}

/** Where values are, and the bytes between steps. */
export interface Place {
  readonly address: number;
  readonly stepBytes: number;
}

/** How many channels eight vectors hold, and the bytes of a number. */
const FORMS = { double: { width: 16, bytes: 8 }, float: { width: 32, bytes: 4 } } as const;

/** Packs the weights of a convolution or matrix product of values in 64-bit (`double`) or 32-bit floats. */
export function writeValues(
  arena: Arena,
  node: Conv2d | Dense,
  { shapes }: Compiled,
  numbers: keyof typeof FORMS,
): ValuesLayer {
  const kernel = kernelOf(node);
  const { width, bytes } = FORMS[numbers];
  const blocks = Array.from({ length: Math.ceil(kernel.outputs / width) }, (_, i) => ({ channel: i * width, width }));
  const padding = blocks.length * width;
  const [shape, outputShape] = [shapes.get(node.inputs[0])!, shapes.get(node.name)!];
  const [rows, columns] = outputShape.length === 3 ? outputShape : [1, 1];
  const bias = arena.take(padding * bytes);
  (numbers === 'double' ? arena.doubles(bias, padding) : arena.floats(bias, padding)).set(node.bias?.data ?? []);
  const fields: Fields = [
    ...windowFields(node, shape),
    [layout.VALUES_OUT_WIDTH, columns],
    [layout.VALUES_OUT_CHANNELS, kernel.outputs],
    [layout.VALUES_BIAS, bias],
    [layout.VALUES_BLOCKS, writeBlocks(arena, kernel, blocks, numbers)],
  ];
  return {
    record: (input, output, share) => {
      const address = arena.take(layout.VALUES_BYTES);
      const sums = arena.take(128);
      const [from, to] = shareOf(rows, share);
      record(arena, address, [
        ...fields,
        [layout.VALUES_SUMS, sums],
        [layout.VALUES_FROM_ROW, from],
        [layout.VALUES_TO_ROW, to],
        [layout.VALUES_INPUT, input.address],
        [layout.VALUES_INPUT_STEP, input.stepBytes],
        [layout.VALUES_OUTPUT, output.address],
        [layout.VALUES_OUTPUT_STEP, output.stepBytes],
      ]);
      return address;
    },
  };
}

function kernelOf({ op, kernel, ...node }: Conv2d | Dense): Kernel {
  const outputs = kernel.shape.at(-1)!;
  if (op === 'dense') return { kernel: kernel.data, taps: 1, inputs: kernel.shape[0], outputs, groups: 1 };
  const { groups } = node as Conv2d;
  const [height, width, groupInputs] = kernel.shape;
  return { kernel: kernel.data, taps: height * width, inputs: groupInputs * groups, outputs, groups };
}

function writeBlocks(arena: Arena, kernel: Kernel, blocks: readonly Block[], numbers: keyof typeof FORMS): number {
  const table = blocks.flatMap((block) => {
    const length = placesIn(kernel, block);
    const address = arena.take(length * FORMS[numbers].bytes);
    packFloats(kernel, block, numbers === 'double' ? arena.doubles(address, length) : arena.floats(address, length));
    return [address, ...inputRange(kernel, block)];
  });
  return writeWords(arena, table);
}

function windowFields(node: Conv2d | Dense, shape: readonly number[]): Fields {
  if (node.op === 'dense') {
    const ones = [
      layout.VALUES_HEIGHT,
      layout.VALUES_WIDTH,
      layout.VALUES_KERNEL_HEIGHT,
      layout.VALUES_KERNEL_WIDTH,
      layout.VALUES_STRIDE_Y,
      layout.VALUES_STRIDE_X,
      layout.VALUES_DILATION_Y,
      layout.VALUES_DILATION_X,
    ];
    return [[layout.VALUES_CHANNELS, shape[0]], ...ones.map((field) => [field, 1] as const)];
  }
  const [height, width] = node.kernel.shape;
  const { rows, columns } = slidingWindow(shape, [height, width], node.strides, node.padding, node.dilation);
  return [
    [layout.VALUES_HEIGHT, shape[0]],
    [layout.VALUES_WIDTH, shape[1]],
    [layout.VALUES_CHANNELS, shape[2]],
    [layout.VALUES_KERNEL_HEIGHT, height],
    [layout.VALUES_KERNEL_WIDTH, width],
    [layout.VALUES_STRIDE_Y, node.strides[0]],
    [layout.VALUES_STRIDE_X, node.strides[1]],
    [layout.VALUES_DILATION_Y, node.dilation[0]],
    [layout.VALUES_DILATION_X, node.dilation[1]],
    [layout.VALUES_TOP, rows.before],
    [layout.VALUES_LEFT, columns.before],
  ];
}
