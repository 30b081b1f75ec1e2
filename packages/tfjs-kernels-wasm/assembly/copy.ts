/** Copies floats: quicker than `memory.copy` for a few, which engines carry out by a call. */
export function copyFloats(to: usize, from: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at < (bytes & ~15); at += 16) v128.store(to + at, v128.load(from + at));
  for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at));
}

/** The first floats of a vector that lies at the end of what may be read; the others are 0. */
export function loadSome(from: usize, bytes: usize): v128 {
  if (bytes >= 16) return v128.load(from);
  return loadRest(from, bytes);
}

function loadRest(from: usize, bytes: usize): v128 {
  let value = f32x4.splat(0);
  if (bytes > 0) value = f32x4.replace_lane(value, 0, load<f32>(from));
  if (bytes > 4) value = f32x4.replace_lane(value, 1, load<f32>(from, 4));
  if (bytes > 8) value = f32x4.replace_lane(value, 2, load<f32>(from, 8));
  return value;
}

/** Stores the first floats of a vector, four at most. */
export function storeSome(to: usize, value: v128, bytes: usize): void {
  if (bytes >= 16) v128.store(to, value);
  else storeRest(to, value, bytes);
}

function storeRest(to: usize, value: v128, bytes: usize): void {
  if (bytes > 0) store<f32>(to, f32x4.extract_lane(value, 0));
  if (bytes > 4) store<f32>(to, f32x4.extract_lane(value, 1), 4);
  if (bytes > 8) store<f32>(to, f32x4.extract_lane(value, 2), 8);
}

/**
 * Copies an image to its place in a larger one, whose margins stay as they are; what would lie beyond it is left out.
 *
 * @param bytes - of a position of the image; `paddedBytes` of the larger one, at least as many
 */
export function placeImage(
  image: usize,
  height: i32,
  width: i32,
  bytes: usize,
  to: usize,
  paddedHeight: i32,
  paddedWidth: i32,
  paddedBytes: usize,
  top: i32,
  left: i32,
): void {
  const rows = min(height, paddedHeight - top);
  const columns = <usize>min(width, paddedWidth - left);
  to += <usize>(top * paddedWidth + left) * paddedBytes;
  for (let row = 0; row < rows; row++) {
    if (bytes === paddedBytes) copyFloats(to, image, columns * bytes);
    else copyRows(to, paddedBytes, image, bytes, columns);
    image += <usize>width * bytes;
    to += <usize>paddedWidth * paddedBytes;
  }
}

/** Copies rows to where they have room at their ends. */
export function copyRows(to: usize, step: usize, from: usize, bytes: usize, rows: usize): void {
  for (; rows > 0; rows--, from += bytes, to += step) copyFloats(to, from, bytes);
}
