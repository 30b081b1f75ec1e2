/** Numbers with more binary places than this are taken for real ones. */
export const MOST_PLACES = 40;

/**
 * Raises `places[c]` to the binary places after the point that the values of channel c need; values go through the
 * channels in turn. Stops, and returns false, at a value that needs more than any sensible unit has.
 *
 * @param shift - places that all values need more, because they are divided by 2^shift
 */
export function countPlaces(values: Float32Array, shift: number, places: Uint8Array): boolean {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const channels = places.length;
  for (let i = 0, c = 0; i < bits.length; i++, c = c + 1 === channels ? 0 : c + 1) {
    const word = bits[i];
    const exponent = (word >>> 23) & 255;
    if (exponent === 0) {
      if (word << 1 === 0) continue;
      return false;
    }
    // The value is `mantissa · 2^(exponent - 150)`, of which trailing zeros take places off.
    const mantissa = (word & 0x7fffff) | 0x800000;
    const needed = 150 - exponent - (31 - Math.clz32(mantissa & -mantissa)) + shift;
    if (needed > MOST_PLACES) return false;
    if (needed > places[c]) places[c] = needed;
  }
  return true;
}

/** The binary places that a finite double needs, or Infinity for more than `MOST_PLACES`. */
export function placesOf(value: number): number {
  for (let places = 0; places <= MOST_PLACES; places++) if (Number.isInteger(value * 2 ** places)) return places;
  return Number.POSITIVE_INFINITY;
}
