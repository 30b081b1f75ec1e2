// Plain integrate-and-fire neurons with 32-bit potentials, whole numbers or floats, 16 at a time: add the bias, compare,
// reset, and pack the spikes into 16 bits.

/** Packs four vectors of 32-bit masks into 16 bits. */
function pack(a: v128, b: v128, c: v128, d: v128): u16 {
  return <u16>i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
}

function fireFour(state: usize, bias: usize, level: usize, theta: usize, zero: bool): v128 {
  const v = i32x4.add(v128.load(state), v128.load(bias));
  const fired = i32x4.ge_s(v, v128.load(level));
  const off = v128.and(v128.load(theta), fired);
  v128.store(state, zero ? v128.andnot(v, fired) : i32x4.sub(v, off));
  return fired;
}

function fireFourFloat(state: usize, bias: usize, level: usize, theta: usize, zero: bool): v128 {
  const v = f32x4.add(v128.load(state), v128.load(bias));
  const fired = f32x4.ge(v, v128.load(level));
  const off = v128.and(v128.load(theta), fired);
  v128.store(state, zero ? v128.andnot(v, fired) : f32x4.sub(v, off));
  return fired;
}

/** Takes whole-number neurons through the end of a step. A potential of at least `level` fires and loses `theta`. */
export function fire(
  state: usize,
  bias: usize,
  level: usize,
  theta: usize,
  bits: usize,
  channels: usize,
  zero: bool,
): void {
  for (const end = state + (channels << 2); state < end; state += 64) {
    const a = fireFour(state, bias, level, theta, zero);
    const b = fireFour(state + 16, bias + 16, level + 16, theta + 16, zero);
    const c = fireFour(state + 32, bias + 32, level + 32, theta + 32, zero);
    const d = fireFour(state + 48, bias + 48, level + 48, theta + 48, zero);
    store<u16>(bits, pack(a, b, c, d));
    bias += 64;
    level += 64;
    theta += 64;
    bits += 2;
  }
}

/** Takes neurons of 32-bit floats through the end of a step. */
export function fireFloat(
  state: usize,
  bias: usize,
  level: usize,
  theta: usize,
  bits: usize,
  channels: usize,
  zero: bool,
): void {
  for (const end = state + (channels << 2); state < end; state += 64) {
    const a = fireFourFloat(state, bias, level, theta, zero);
    const b = fireFourFloat(state + 16, bias + 16, level + 16, theta + 16, zero);
    const c = fireFourFloat(state + 32, bias + 32, level + 32, theta + 32, zero);
    const d = fireFourFloat(state + 48, bias + 48, level + 48, theta + 48, zero);
    store<u16>(bits, pack(a, b, c, d));
    bias += 64;
    level += 64;
    theta += 64;
    bits += 2;
  }
}

function fireWith(state: usize, current: v128, theta: usize): v128 {
  const v = i32x4.add(v128.load(state), current);
  const fired = i32x4.ge_s(v, v128.load(theta));
  v128.store(state, i32x4.sub(v, v128.and(v128.load(theta), fired)));
  return fired;
}

/** A class, since only methods can ask to be put into their callers, which here saves all registers from being stored. */
// biome-ignore lint/complexity/noStaticOnlyClass: see above.
export class Sums {
  /** Takes 16 whole-number neurons through a step: `low` are the currents of the first eight, `high` those of the others. */
  @inline
  static fire(state: usize, low: v128, high: v128, theta: usize, bits: usize): void {
    const a = fireWith(state, i32x4.extend_low_i16x8_s(low), theta);
    const b = fireWith(state + 16, i32x4.extend_high_i16x8_s(low), theta + 16);
    const c = fireWith(state + 32, i32x4.extend_low_i16x8_s(high), theta + 32);
    const d = fireWith(state + 48, i32x4.extend_high_i16x8_s(high), theta + 48);
    store<u16>(bits, pack(a, b, c, d));
  }
}
