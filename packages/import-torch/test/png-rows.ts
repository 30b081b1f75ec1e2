import { inflateSync } from 'node:zlib';

/**
 * The first rows of a PNG of 8-bit RGB whose rows use the filters 0 to 4 of the standard; enough for test images.
 *
 * @returns `[rows, width, 3]`
 */
export function pngRows(png: Uint8Array, rows: number): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const stride = view.getUint32(16) * 3;
  const parts: Uint8Array[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === 0x49444154) parts.push(png.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const raw = inflateSync(Buffer.concat(parts));
  const pixels = new Uint8Array(rows * stride);
  for (let row = 0; row < rows; row++) {
    const filter = raw[row * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const at = row * stride + i;
      const left = i >= 3 ? pixels[at - 3] : 0;
      const up = row > 0 ? pixels[at - stride] : 0;
      const corner = i >= 3 && row > 0 ? pixels[at - stride - 3] : 0;
      pixels[at] = raw[row * (stride + 1) + 1 + i] + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
  }
  return pixels;
}

/** Whichever of three neighbours is nearest to left + up - corner. */
function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
