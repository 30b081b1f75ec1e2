import type { Datatype } from './datatype.js';

/** Reads stored numbers as 32-bit floats. */
export function readNumbers({ kind, size, littleEndian, signed }: Datatype, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read =
    kind === 'float' ? floatReader(view, size, littleEndian) : integerReader(view, size, littleEndian, signed);
  const values = new Float32Array(Math.floor(bytes.length / size));
  for (let index = 0; index < values.length; index++) values[index] = read(index * size);
  return values;
}

type ReadAt = (at: number) => number;

function floatReader(view: DataView, size: number, little: boolean): ReadAt {
  if (size === 8) return (at) => view.getFloat64(at, little);
  if (size === 4) return (at) => view.getFloat32(at, little);
  return (at) => halfFloat(view.getUint16(at, little));
}

function integerReader(view: DataView, size: number, little: boolean, signed: boolean): ReadAt {
  if (size === 8) return (at) => Number(signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little));
  if (size === 4) return (at) => (signed ? view.getInt32(at, little) : view.getUint32(at, little));
  if (size === 2) return (at) => (signed ? view.getInt16(at, little) : view.getUint16(at, little));
  return (at) => (signed ? view.getInt8(at) : view.getUint8(at));
}

/** The value of a 16-bit float (IEEE 754 binary16): `(-1)^s 2^(e - 25) (1024 + m)`, without the 1024 where e is 0. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, mantissa] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}
