// Connections without mixing of channels (scale nodes, identity shortcuts): each spike adds its own channel's weight.

/** For every four bits, a vector of four 32-bit masks. */
let masks: usize = 0;

/** Writes the table; every thread writes the same. */
export function prepareMasks(address: usize): void {
  masks = address;
  for (let bits = 0; bits < 16; bits++) {
    for (let lane = 0; lane < 4; lane++) store<i32>(masks + bits * 16 + lane * 4, -((bits >> lane) & 1));
  }
}

function weightsAt(bits: usize, channel: usize, weights: usize): v128 {
  const four = (<usize>load<u8>(bits + (channel >> 3)) >> (channel & 4)) & 15;
  return v128.and(v128.load(weights + (channel << 2)), v128.load(masks + (four << 4)));
}

/** Adds whole-number weights where bits are set. `target`, `bits` and `weights` begin at the block's first channel. */
export function addDiagonal(bits: usize, weights: usize, target: usize, channels: usize): void {
  for (let channel: usize = 0; channel < channels; channel += 4) {
    const at = target + (channel << 2);
    v128.store(at, i32x4.add(v128.load(at), weightsAt(bits, channel, weights)));
  }
}

/** Adds float weights where bits are set. */
export function addDiagonalFloat(bits: usize, weights: usize, target: usize, channels: usize): void {
  for (let channel: usize = 0; channel < channels; channel += 4) {
    const at = target + (channel << 2);
    v128.store(at, f32x4.add(v128.load(at), weightsAt(bits, channel, weights)));
  }
}
