// Counts over bits: how many spikes, and how many synapses they reach.

/** How many bits are set. `bytes` is a multiple of 2. */
export function countBits(bits: usize, bytes: usize): i32 {
  let count = 0;
  const end = bits + bytes;
  for (; bits + 8 <= end; bits += 8) count += <i32>popcnt(load<u64>(bits));
  for (; bits < end; bits += 2) count += <i32>popcnt(<u32>load<u16>(bits));
  return count;
}

/** The sum of the 32-bit counts at the places of the bits. `bytes` is a multiple of 2. */
export function sumAtBits(bits: usize, bytes: usize, counts: usize): f64 {
  let sum: u64 = 0;
  for (const end = bits + bytes; bits < end; bits += 2) {
    let left = <u32>load<u16>(bits);
    while (left !== 0) {
      sum += <u64>load<u32>(counts + ((<usize>ctz(left)) << 2));
      left &= left - 1;
    }
    counts += 64;
  }
  return <f64>sum;
}

/** How many bits are set that are also set in a mask. `bytes` is a multiple of 2. */
export function countMaskedBits(bits: usize, bytes: usize, mask: usize): i32 {
  let count = 0;
  const end = bits + bytes;
  for (; bits + 8 <= end; bits += 8, mask += 8) count += <i32>popcnt(load<u64>(bits) & load<u64>(mask));
  for (; bits < end; bits += 2, mask += 2) count += <i32>popcnt(<u32>load<u16>(bits) & <u32>load<u16>(mask));
  return count;
}
