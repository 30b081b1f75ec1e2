import { requireInteger, type Shape } from '@spikewright/snn-core';
import { gunzip, isGzip } from './gunzip.js';

/** How {@link readIdx} reads. */
export interface ReadIdxOptions {
  /**
   * The most bytes that the decompressed file may have, a whole number from 0.
   *
   * @defaultValue 2^30 (1 GiB)
   */
  readonly limit?: number;
}

/** The numbers of an idx file, one typed array for each of the format's element types. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** A decoded idx file. */
export interface IdxArray {
  /** Sizes along each axis; the first counts samples. */
  readonly shape: Shape;
  /** The numbers in row-major order. */
  readonly data: IdxData;
}

interface ElementType {
  readonly size: number;
  readonly read: (view: DataView<ArrayBufferLike>, count: number) => IdxData;
}

interface Header {
  readonly shape: Shape;
  readonly type: ElementType;
  readonly length: number;
}

/** The longest header: a magic number and 255 dimensions. */
const LONGEST_HEADER = 4 + 4 * 255;

/** Element types by the third byte of the magic number. All numbers are big-endian. */
const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [0x08, { size: 1, read: (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength) }],
  [0x09, { size: 1, read: (view) => new Int8Array(view.buffer, view.byteOffset, view.byteLength) }],
  [0x0b, { size: 2, read: (view, count) => fill(new Int16Array(count), (i) => view.getInt16(2 * i)) }],
  [0x0c, { size: 4, read: (view, count) => fill(new Int32Array(count), (i) => view.getInt32(4 * i)) }],
  [0x0d, { size: 4, read: (view, count) => fill(new Float32Array(count), (i) => view.getFloat32(4 * i)) }],
  [0x0e, { size: 8, read: (view, count) => fill(new Float64Array(count), (i) => view.getFloat64(8 * i)) }],
]);

/**
 * Reads an idx file, plain or compressed with gzip: the format of MNIST and its relatives.
 *
 * The file is taken as hostile: every size is checked before memory is taken. Elements of one byte are a view of the
 * given bytes, not a copy.
 *
 * @throws TypeError when the bytes are not a Uint8Array, not idx, or damaged gzip
 * @throws RangeError when sizes contradict the length, or exceed the limit
 */
export async function readIdx(bytes: Uint8Array, options: ReadIdxOptions = {}): Promise<IdxArray> {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`Cannot read idx: bytes must be a Uint8Array: ${bytes}`);
  const { limit = 2 ** 30 } = options;
  requireInteger('read idx', 'limit', limit, 0, Number.MAX_SAFE_INTEGER);
  const content = isGzip(bytes)
    ? await gunzip(bytes, LONGEST_HEADER, (start, size) => readHeader(start, size, limit))
    : bytes;
  const { shape, type, length } = readHeader(content, content.length, limit);
  const view = new DataView(content.buffer, content.byteOffset + length, content.length - length);
  return { shape, data: type.read(view, view.byteLength / type.size) };
}

/** Reads the header and checks it against the size of the whole file; `start` holds at least the header. */
function readHeader(start: Uint8Array, size: number, limit: number): Header {
  if (size > limit) throw new RangeError(`Cannot read idx: the file must have at most ${limit} bytes: ${size}`);
  const [zero, zeroToo, code = 0, dimensions = 0] = start;
  const type = ELEMENT_TYPES.get(code);
  const magic = [...start.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  if (start.length < 4 || zero !== 0 || zeroToo !== 0 || type === undefined || dimensions === 0) {
    throw new TypeError(
      `Cannot read idx: a file must begin with 00 00, an element type (08, 09, 0b to 0e) and a number of dimensions: ${magic}`,
    );
  }
  const length = 4 + 4 * dimensions;
  if (start.length < length) {
    throw new RangeError(`Cannot read idx: a header of ${dimensions} dimensions has ${length} bytes: ${start.length}`);
  }
  const view = new DataView(start.buffer, start.byteOffset, length);
  const shape = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis));
  // Leaves exact whole numbers only above 2^53, where no file's size can equal it.
  const expected = length + shape.reduce((product, axis) => (axis === 0 ? 0 : product * axis), type.size);
  if (expected !== size) {
    throw new RangeError(`Cannot read idx: a file of sizes ${shape.join(' × ')} has ${expected} bytes: ${size}`);
  }
  return { shape, type, length };
}

function fill<Data extends IdxData>(data: Data, read: (place: number) => number): Data {
  for (let place = 0; place < data.length; place++) data[place] = read(place);
  return data;
}
