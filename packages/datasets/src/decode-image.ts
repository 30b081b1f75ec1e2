import { requireInteger } from '@spikewright/snn-core';

/** A decoded picture: `[height, width, 4]`, red, green, blue and opacity, 0 to 255 each. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly data: ArrayLike<number>;
  /** Samples of a pixel: grey, grey and opacity, colour, colour and opacity. */
  readonly channels: number;
}

/**
 * Decodes a PNG or JPEG file of 8 bits a sample by fast-png or jpeg-js, which are loaded at the first use. What the file
 * is, its first bytes say.
 *
 * @param limit - the most pixels that the picture may have
 * @throws TypeError when the bytes are neither, or damaged, or have other samples than 8 bits
 * @throws RangeError when there are more pixels
 */
export async function decodeImage(path: string, bytes: Uint8Array, limit: number): Promise<Picture> {
  const isPng = [0x89, 0x50, 0x4e, 0x47].every((byte, i) => bytes[i] === byte);
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isPng && !isJpeg) {
    const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new TypeError(`Cannot read ${path}: an image must begin as PNG or JPEG does, 89 50 4e 47 or ff d8: ${start}`);
  }
  try {
    return isPng ? await decodePng(path, bytes, limit) : await decodeJpeg(bytes, limit);
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('Cannot read')) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`Cannot read ${path}: the image must be whole: ${message}`, { cause });
  }
}

async function decodePng(path: string, bytes: Uint8Array, limit: number): Promise<Picture> {
  const { decode, convertIndexedToRgb } = await import('fast-png');
  // The first chunk is always IHDR: width and height stand at 16 and 20. Checked before memory is taken.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  requireInteger(`read ${path}`, 'the number of pixels', view.getUint32(16) * view.getUint32(20), 1, limit);
  const png = decode(bytes, { checkCrc: true });
  const { width, height } = png;
  const data = png.palette ? convertIndexedToRgb(png) : png.data;
  const channels = data.length / (width * height);
  if (png.depth > 8 || (png.depth < 8 && !png.palette)) {
    throw new TypeError(`Cannot read ${path}: a PNG must have 8 bits a sample or a palette; save it so: ${png.depth}`);
  }
  if (png.transparency) throw new TypeError(`Cannot read ${path}: one colour must not stand for transparency: it does`);
  return { width, height, data, channels };
}

async function decodeJpeg(bytes: Uint8Array, limit: number): Promise<Picture> {
  const { decode } = await import('jpeg-js');
  const { width, height, data } = decode(bytes, {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: limit / 1e6,
    maxMemoryUsageInMB: 64 + limit / 2 ** 15,
  });
  return { width, height, data, channels: 4 };
}
