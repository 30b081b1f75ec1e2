/** How a small float stores its bits, beside the sign. */
interface SmallFloat {
  readonly exponent: number;
  readonly mantissa: number;
  readonly bias: number;
  /** What the largest exponent means: infinity and NaN as in IEEE 754, NaN if all bits are set, or NaN for `-0` alone. */
  readonly special: 'ieee' | 'all-ones' | 'negative-zero';
}

const HALF: SmallFloat = { exponent: 5, mantissa: 10, bias: 15, special: 'ieee' };
const BFLOAT: SmallFloat = { exponent: 8, mantissa: 7, bias: 127, special: 'ieee' };
const E4M3FN: SmallFloat = { exponent: 4, mantissa: 3, bias: 7, special: 'all-ones' };
const E4M3FNUZ: SmallFloat = { exponent: 4, mantissa: 3, bias: 8, special: 'negative-zero' };
const E5M2: SmallFloat = { exponent: 5, mantissa: 2, bias: 15, special: 'ieee' };
const E5M2FNUZ: SmallFloat = { exponent: 5, mantissa: 2, bias: 16, special: 'negative-zero' };

/** How a number type of ONNX is stored, little endian. */
export interface NumberType {
  readonly bytes: number;
  /** The field of a `TensorProto` that holds such numbers where `raw_data` does not. */
  readonly field: 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data';
  /** Whether every number of the type is a float32. */
  readonly single: boolean;
  readonly read: (view: DataView, at: number) => number;
  /** What the integer in `field` stands for. */
  readonly decode?: (bits: number) => number;
}

/** The number types of ONNX, by `TensorProto.DataType`; complex numbers, text and 4-bit types are missing. */
export const NUMBER_TYPES: Readonly<Record<number, NumberType>> = {
  1: { bytes: 4, field: 'floatData', single: true, read: (view, at) => view.getFloat32(at, true) },
  2: { bytes: 1, field: 'int32Data', single: true, read: (view, at) => view.getUint8(at) },
  3: { bytes: 1, field: 'int32Data', single: true, read: (view, at) => view.getInt8(at) },
  4: { bytes: 2, field: 'int32Data', single: true, read: (view, at) => view.getUint16(at, true) },
  5: { bytes: 2, field: 'int32Data', single: true, read: (view, at) => view.getInt16(at, true) },
  6: { bytes: 4, field: 'int32Data', single: false, read: (view, at) => view.getInt32(at, true) },
  7: { bytes: 8, field: 'int64Data', single: false, read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { bytes: 1, field: 'int32Data', single: true, read: (view, at) => view.getUint8(at) },
  10: small(2, HALF),
  11: { bytes: 8, field: 'doubleData', single: false, read: (view, at) => view.getFloat64(at, true) },
  12: { bytes: 4, field: 'uint64Data', single: false, read: (view, at) => view.getUint32(at, true) },
  13: { bytes: 8, field: 'uint64Data', single: false, read: (view, at) => Number(view.getBigUint64(at, true)) },
  16: small(2, BFLOAT),
  17: small(1, E4M3FN),
  18: small(1, E4M3FNUZ),
  19: small(1, E5M2),
  20: small(1, E5M2FNUZ),
};

/** Whether a number type holds fractions. */
export const isFloat = (type: number): boolean => [1, 10, 11, 16, 17, 18, 19, 20].includes(type);

function small(bytes: 1 | 2, form: SmallFloat): NumberType {
  const decode = (bits: number): number => smallFloat(bits, form);
  const read = (view: DataView, at: number): number =>
    decode(bytes === 1 ? view.getUint8(at) : view.getUint16(at, true));
  return { bytes, field: 'int32Data', single: true, read, decode };
}

function smallFloat(bits: number, { exponent, mantissa, bias, special }: SmallFloat): number {
  const sign = (bits >> (exponent + mantissa)) & 1 ? -1 : 1;
  const power = (bits >> mantissa) & (2 ** exponent - 1);
  const fraction = bits & (2 ** mantissa - 1);
  if (special === 'negative-zero' && sign < 0 && power === 0 && fraction === 0) return Number.NaN;
  if (power === 2 ** exponent - 1) {
    if (special === 'ieee') return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    if (special === 'all-ones' && fraction === 2 ** mantissa - 1) return Number.NaN;
  }
  const significand = fraction / 2 ** mantissa;
  return power === 0 ? sign * significand * 2 ** (1 - bias) : sign * (1 + significand) * 2 ** (power - bias);
}
