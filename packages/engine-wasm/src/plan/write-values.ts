import type { Compiled, Conv2d, Dense } from '@spikewright/snn-core';
import { slidingWindow } from '@spikewright/snn-core';
import * as layout from '../layout.js';
import type { Machine } from '../load-kernels.js';
import { type Block, inputRange, type Kernel, packFloats } from './pack-weights.js';
import { record } from './write-feed.js';

/** A convolution of values, ready to run. */
export interface ValuesLayer {
  /** Where output goes, `[position][padded channel]`; shared by all calls. */
  readonly output: number;
  /** Output channels with padding. */
  readonly pitch: number;
  run(input: number): void;
}

/** How many channels eight vectors hold. */
const BLOCK = { double: 16, float: 32 } as const;

/** Packs the weights of a convolution or matrix product of values in 64-bit (`double`) or 32-bit floats. */
export function writeValues(
  { arena, kernels }: Machine,
  node: Conv2d | Dense,
  { shapes }: Compiled,
  numbers: 'double' | 'float',
): ValuesLayer {
  const kernel = kernelOf(node);
  const width = BLOCK[numbers];
  const blocks = Array.from({ length: Math.ceil(kernel.outputs / width) }, (_, i) => ({ channel: i * width, width }));
  const pitch = blocks.length * width;
  const [shape, outputShape] = [shapes.get(node.inputs[0])!, shapes.get(node.name)!];
  const [height, columns] = outputShape.length === 3 ? outputShape : [1, 1];
  const bytes = numbers === 'double' ? 8 : 4;
  const output = arena.take(height * columns * pitch * bytes);
  const bias = arena.take(pitch * bytes);
  (numbers === 'double' ? arena.doubles(bias, pitch) : arena.floats(bias, pitch)).set(node.bias?.data ?? []);
  const blockTable = writeBlocks(arena, kernel, blocks, numbers);
  const address = arena.take(layout.VALUES_BYTES);
  record(arena, address, [
    ...windowFields(node, shape),
    [layout.VALUES_OUT_HEIGHT, height],
    [layout.VALUES_OUT_WIDTH, columns],
    [layout.VALUES_OUT_CHANNELS, pitch],
    [layout.VALUES_OUTPUT, output],
    [layout.VALUES_BIAS, bias],
    [layout.VALUES_BLOCKS, blockTable],
    [layout.VALUES_BLOCK_COUNT, blocks.length],
  ]);
  return {
    output,
    pitch,
    run: (input) => {
      record(arena, address, [[layout.VALUES_INPUT, input]]);
      if (numbers === 'double') kernels.convolveDouble(address);
      else kernels.convolveFloat(address);
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

function writeBlocks(
  arena: Machine['arena'],
  kernel: Kernel,
  blocks: readonly Block[],
  numbers: 'double' | 'float',
): number {
  const table = blocks.flatMap((block) => {
    const packed = packFloats<Float64Array | Float32Array>(kernel, block, (length) =>
      numbers === 'double' ? new Float64Array(length) : new Float32Array(length),
    );
    const address = arena.take(packed.byteLength);
    arena.bytes(address, packed.byteLength).set(new Uint8Array(packed.buffer));
    return [address, ...inputRange(kernel, block)];
  });
  const address = arena.take(table.length * 4);
  arena.words(address, table.length).set(table);
  return address;
}

function windowFields(node: Conv2d | Dense, shape: readonly number[]): readonly (readonly [number, number])[] {
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
