// Convolution with 3x3 taps, stride 1, by Winograd's minimal filtering F(2x2, 3x3) (Lavin and Gray 2016): 16 products for
// 2x2 outputs instead of 36. With d a tile of 4x4 inputs, g the filter and m the products, position by position:
//
//   V = B' d B,  U = G g G',  m = sum over input channels of V U,  y = A' m A
//
// and backwards, from the gradient of y, dm = A dy A', dU = sum over tiles of V dm, dg = G' dU G. Tiles are taken in blocks
// that fit the cache. Layouts, positions 0 to 15 outermost:
//
//   V, m, dm: position > tile > channel         U: position > block of 8 output channels > input channel > 8 channels
//   dU: position > input channel > output channel
//
// Input channels are rounded up to a multiple of 4, output channels to one of 8; what is added is 0.

import { placeImage } from './copy';
import { addTransposedProducts, multiplyTiles } from './winograd-products';
import { gradientTile, inputTile, outputTile } from './winograd-tiles';

/**
 * Rounds bytes up to an odd number of cache lines: sixteen positions that far apart share no set of the first cache.
 */
function oddLines(bytes: usize): usize {
  return ((bytes + 63) & ~63) | 64;
}

/**
 * Convolves: y from x and the transformed filter U.
 *
 * @param stepU - bytes of U from position to position
 * @param top - rows of zeros above the image; `left` likewise
 * @param block - tiles of a block, a multiple of 4
 * @param room - 16 times V and m of a block, each rounded up to an odd number of cache lines, and an image of all tiles'
 * inputs
 */
export function winograd(
  x: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  u: usize,
  stepU: usize,
  y: usize,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  top: i32,
  left: i32,
  block: i32,
  room: usize,
): void {
  const tilesY = (outHeight + 1) >> 1;
  const tilesX = (outWidth + 1) >> 1;
  const tiles = tilesY * tilesX;
  const bytes = (<usize>channels) << 2;
  const rowV = (bytes + 15) & ~15;
  const rowM = ((<usize>outChannels + 7) & ~7) << 2;
  const stepV = oddLines(<usize>block * rowV);
  const stepM = oddLines(<usize>block * rowM);
  const m = room + 16 * stepV;
  const padded = m + 16 * stepM;
  const paddedWidth = 2 * tilesX + 2;
  const paddedHeight = 2 * tilesY + 2;
  const down = <usize>paddedWidth * rowV;
  memory.fill(padded, 0, <usize>paddedHeight * down);
  for (let begin = 0; begin < batch * tiles; begin += block) {
    const count = min(block, batch * tiles - begin);
    for (let tile = 0; tile < count; tile++) {
      const sample = (begin + tile) / tiles;
      const place = begin + tile - sample * tiles;
      if (place === 0) {
        const image = x + <usize>(sample * height * width) * bytes;
        placeImage(image, height, width, bytes, padded, paddedHeight, paddedWidth, rowV, top, left);
      }
      const from = padded + <usize>(2 * (place / tilesX)) * down + <usize>(2 * (place % tilesX)) * rowV;
      inputTile(from, rowV, down, room + <usize>tile * rowV, stepV);
    }
    multiplyTiles(room, stepV, rowV, u, stepU, m, stepM, rowM, count);
    for (let tile = 0; tile < count; tile++) {
      const sample = (begin + tile) / tiles;
      const place = begin + tile - sample * tiles;
      const to = y + ((<usize>(sample * outHeight * outWidth * outChannels)) << 2);
      const row = 2 * (place / tilesX);
      const column = 2 * (place % tilesX);
      outputTile(m + <usize>tile * rowM, stepM, outHeight, outWidth, outChannels, row, column, to);
    }
  }
}

/**
 * Adds the gradient of the transformed filter to dU, from x and the gradient of y. Parameters are those of `winograd`;
 * `room` ends with an image of all tiles' outputs too.
 */
export function winogradGradient(
  x: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  dU: usize,
  stepU: usize,
  dy: usize,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  top: i32,
  left: i32,
  block: i32,
  room: usize,
): void {
  const tilesY = (outHeight + 1) >> 1;
  const tilesX = (outWidth + 1) >> 1;
  const tiles = tilesY * tilesX;
  const bytes = (<usize>channels) << 2;
  const outBytes = (<usize>outChannels) << 2;
  const rowV = (bytes + 15) & ~15;
  const rowM = (outBytes + 31) & ~31;
  const stepV = oddLines(<usize>block * rowV);
  const stepM = oddLines(<usize>block * rowM);
  const m = room + 16 * stepV;
  const padded = m + 16 * stepM;
  const paddedWidth = 2 * tilesX + 2;
  const paddedHeight = 2 * tilesY + 2;
  const down = <usize>paddedWidth * rowV;
  const outputs = padded + <usize>paddedHeight * down;
  const outDown = <usize>(2 * tilesX) * rowM;
  memory.fill(padded, 0, <usize>paddedHeight * down + <usize>(2 * tilesY) * outDown);
  for (let begin = 0; begin < batch * tiles; begin += block) {
    const count = min(block, batch * tiles - begin);
    for (let tile = 0; tile < count; tile++) {
      const sample = (begin + tile) / tiles;
      const place = begin + tile - sample * tiles;
      if (place === 0) {
        const image = x + <usize>(sample * height * width) * bytes;
        placeImage(image, height, width, bytes, padded, paddedHeight, paddedWidth, rowV, top, left);
        const gradient = dy + <usize>(sample * outHeight * outWidth) * outBytes;
        placeImage(gradient, outHeight, outWidth, outBytes, outputs, 2 * tilesY, 2 * tilesX, rowM, 0, 0);
      }
      const row = <usize>(2 * (place / tilesX));
      const column = <usize>(2 * (place % tilesX));
      inputTile(padded + row * down + column * rowV, rowV, down, room + <usize>tile * rowV, stepV);
      gradientTile(outputs + row * outDown + column * rowM, rowM, outDown, m + <usize>tile * rowM, stepM);
    }
    addTransposedProducts(room, stepV, rowV, m, stepM, rowM, count, dU, stepU);
  }
}
