// CONTRIBUTOR NOTES
//
// Convolutions with 3x3 taps, stride 1 and no dilation by Winograd's minimal filtering (assembly/winograd.ts), which needs
// 16 products where others need 36. The stock kernel is kept where channels or tiles are too few to pay for the
// transforms, and where the filter would be transformed for one small image.
import type { backend_util, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { convolutionOf } from '../convolution.js';
import type { KernelArguments, WasmBackend, WasmKernel } from '../wasm-kernel.js';
import { addressOf } from './kernel-module.js';
import { type LayerKernels, layerModule } from './layers.js';
import { upTo, withRoom } from './room.js';

/** What a convolution is computed from. */
interface Geometry {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  /** Rows and columns of zeros above and left of the image. */
  readonly top: number;
  readonly left: number;
}

/** Bytes of transformed tiles that are worked on together, about a quarter of a cache of the second level. */
const BLOCK_BYTES = 2 ** 18;

const tilesOf = ({ batch, outHeight, outWidth }: Geometry): number =>
  batch * Math.ceil(outHeight / 2) * Math.ceil(outWidth / 2);
/** Rounds bytes up to an odd number of cache lines, as assembly/winograd.ts does: positions then share no cache set. */
const oddLines = (bytes: number): number => upTo(bytes, 128) + 64;
/** Bytes of a transformed filter from position to position. */
const filterStep = ({ channels, outChannels }: Geometry): number =>
  oddLines(4 * upTo(channels, 4) * upTo(outChannels, 8));

function geometryOf(info: backend_util.Conv2DInfo): Geometry {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { top, left } = padInfo;
  return {
    ...{ batch: batchSize, height: inHeight, width: inWidth, channels: inChannels, outHeight, outWidth, outChannels },
    ...{ top, left },
  };
}

/** Whether the convolution is of the kind, and large enough for the transforms to pay. */
function pays(info: backend_util.Conv2DInfo): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
  const ones = [strideHeight, strideWidth, dilationHeight, dilationWidth].every((size) => size === 1);
  if (filterHeight !== 3 || filterWidth !== 3 || !ones) return false;
  return info.inChannels >= 4 && info.outChannels >= 4 && tilesOf(geometryOf(info)) >= 64;
}

/** Gives `use` the number of tiles of a block, and room for them. */
function inBlocks(backend: WasmBackend, geometry: Geometry, use: (block: number, room: number) => void): void {
  const [from, to] = [upTo(geometry.channels, 4), upTo(geometry.outChannels, 8)];
  const block = Math.min(upTo(tilesOf(geometry), 4), Math.max(8, upTo(BLOCK_BYTES / (64 * (from + to)), 4)));
  const [height, width] = [upTo(geometry.outHeight, 2), upTo(geometry.outWidth, 2)];
  const positions = 4 * (oddLines(4 * block * from) + oddLines(4 * block * to));
  const images = (height + 2) * (width + 2) * from + height * width * to;
  withRoom(backend, positions + images, (room) => use(block, room));
}

const sizes = (geometry: Geometry): [number, number, number, number] => [
  geometry.batch,
  geometry.height,
  geometry.width,
  geometry.channels,
];
const outSizes = (geometry: Geometry): [number, number, number, number, number] => [
  geometry.outHeight,
  geometry.outWidth,
  geometry.outChannels,
  geometry.top,
  geometry.left,
];

/** Convolves with the filter at an address. */
function convolve(
  kernels: LayerKernels,
  backend: WasmBackend,
  x: TensorInfo,
  filter: number,
  geometry: Geometry,
): TensorInfo {
  const { batch, outHeight, outWidth, channels, outChannels } = geometry;
  const y = backend.makeOutput([batch, outHeight, outWidth, outChannels], 'float32');
  const step = filterStep(geometry);
  withRoom(backend, 4 * step, (u) => {
    kernels.transformFilter(filter, channels, outChannels, u, step);
    inBlocks(backend, geometry, (block, room) => {
      const [from, to] = [addressOf(backend, x), addressOf(backend, y)];
      kernels.winograd(from, ...sizes(geometry), u, step, to, ...outSizes(geometry), block, room);
    });
  });
  return y;
}

/** Convolution; other kinds go to the given kernel. */
export function winogradConv2d(otherwise: WasmKernel): WasmKernel {
  return ({ inputs, attrs, backend }: KernelArguments): TensorInfo => {
    const kernels = layerModule.on(backend);
    const { x, filter } = inputs;
    const info = kernels && winogradOf(x.shape, filter.shape, attrs);
    if (!info) return otherwise({ inputs, attrs, backend });
    return convolve(kernels, backend, x, addressOf(backend, filter), geometryOf(info));
  };
}

/** The gradient of a convolution's input: the convolution of `dy` with the turned filter. */
export function winogradBackpropInput(otherwise: WasmKernel): WasmKernel {
  return ({ inputs, attrs, backend }: KernelArguments): TensorInfo => {
    const kernels = layerModule.on(backend);
    const { dy, filter } = inputs;
    const info = kernels && winogradOf(attrs.inputShape as number[], filter.shape, attrs);
    const { top, left, bottom, right } = info?.padInfo ?? { top: 3, left: 3, bottom: 3, right: 3 };
    if (!info || Math.max(top, left, bottom, right) > 2) return otherwise({ inputs, attrs, backend });
    const { batchSize: batch, inChannels, outChannels, outHeight, outWidth, inHeight, inWidth } = info;
    const geometry: Geometry = {
      ...{ batch, height: outHeight, width: outWidth, channels: outChannels },
      ...{ outHeight: inHeight, outWidth: inWidth, outChannels: inChannels, top: 2 - top, left: 2 - left },
    };
    return withRoom(backend, 9 * inChannels * outChannels, (turned) => {
      kernels?.turnFilter(addressOf(backend, filter), turned, 9, inChannels, outChannels);
      return convolve(kernels as LayerKernels, backend, dy, turned, geometry);
    });
  };
}

/** The gradient of a convolution's filter; other kinds go to the given kernel. */
export function winogradBackpropFilter(otherwise: WasmKernel): WasmKernel {
  return ({ inputs, attrs, backend }: KernelArguments): TensorInfo => {
    const kernels = layerModule.on(backend);
    const { x, dy } = inputs;
    const shape = attrs.filterShape as number[];
    const info = kernels && winogradOf(x.shape, shape, attrs);
    if (!info) return otherwise({ inputs, attrs, backend });
    const geometry = geometryOf(info);
    const gradient = backend.makeOutput(shape, 'float32');
    const step = filterStep(geometry);
    const transformed = backend.makeOutput([4 * step], 'float32');
    backend.typedArrayFromHeap(transformed).fill(0);
    const dU = addressOf(backend, transformed);
    inBlocks(backend, geometry, (block, room) => {
      const [from, to] = [addressOf(backend, x), addressOf(backend, dy)];
      kernels.winogradGradient(from, ...sizes(geometry), dU, step, to, ...outSizes(geometry), block, room);
    });
    kernels.transformFilterGradient(dU, step, geometry.channels, geometry.outChannels, addressOf(backend, gradient));
    backend.disposeData(transformed.dataId);
    return gradient;
  };
}

function winogradOf(
  x: readonly number[],
  filter: readonly number[],
  attrs: NamedAttrMap,
): backend_util.Conv2DInfo | undefined {
  if (attrs.dataFormat === 'NCHW') return undefined;
  const info = convolutionOf(x, filter, attrs);
  return pays(info) ? info : undefined;
}
