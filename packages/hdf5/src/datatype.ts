import { type Cursor, cursor, type Source } from './source.js';

/** How one value is stored. */
export interface Datatype {
  readonly kind: 'integer' | 'float' | 'text' | 'listed text' | 'other';
  /** Bytes of one value. */
  readonly size: number;
  readonly littleEndian: boolean;
  readonly signed: boolean;
}

/** Reads a datatype message. */
export function readDatatype(source: Source, start: number, end: number): Datatype {
  const reader = cursor(source, start, end);
  const head = reader.u8();
  const low = reader.u8();
  reader.skip(2);
  const size = reader.u32();
  const common = { size, littleEndian: (low & 1) === 0, signed: (low & 8) !== 0 };
  switch (head & 0x0f) {
    case 0:
      return { ...common, kind: isWhole(reader, size) ? 'integer' : 'other' };
    case 1:
      return { ...common, kind: isIeee(reader, size) ? 'float' : 'other' };
    case 3:
      return { ...common, kind: 'text' };
    case 9:
      // A list of characters is text; other lists of varying length are not read.
      return { ...common, kind: (low & 0x0f) === 1 && size === 16 ? 'listed text' : 'other' };
    default:
      return { ...common, kind: 'other' };
  }
}

/** Whether an integer uses all bits of 1, 2, 4 or 8 bytes. */
function isWhole(reader: Cursor, size: number): boolean {
  const [offset, precision] = [reader.u16(), reader.u16()];
  return [1, 2, 4, 8].includes(size) && offset === 0 && precision === 8 * size;
}

/** Bits of the exponent and of the mantissa, by bytes. */
const IEEE: Readonly<Record<number, readonly [number, number]>> = { 2: [5, 10], 4: [8, 23], 8: [11, 52] };

function isIeee(reader: Cursor, size: number): boolean {
  reader.skip(5);
  const exponent = reader.u8();
  reader.skip(1);
  const mantissa = reader.u8();
  return IEEE[size]?.[0] === exponent && IEEE[size][1] === mantissa;
}
