// Gradients of pooling over windows of [batch, height, width, channels]. Every window adds to the positions under it, row by
// row of the output. A mean divides by the inputs that exist, as tfjs's own pooling does; padding has no share.

/** `to[i] += from[i] factor` for `bytes` bytes of floats. */
function addScaled(to: usize, from: usize, bytes: usize, factor: f32): void {
  const factors = f32x4.splat(factor);
  const vectors = bytes & ~15;
  let at: usize = 0;
  for (; at < vectors; at += 16) {
    v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(v128.load(from + at), factors)));
  }
  for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at) * factor);
}

/** The gradient of average pooling: `dx` gets a share of the gradient of each window that it lies under. */
export function averagePoolGradient(
  dy: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
): void {
  const bytes = (<usize>channels) << 2;
  const image = <usize>(height * width) * bytes;
  memory.fill(dx, 0, <usize>batch * image);
  for (let sample = 0; sample < batch; sample++, dx += image) {
    for (let y = 0; y < outHeight; y++) {
      const fromY = max(0, y * strideY - top);
      const toY = min(height, y * strideY - top + windowHeight);
      for (let x = 0; x < outWidth; x++, dy += bytes) {
        const fromX = max(0, x * strideX - left);
        const toX = min(width, x * strideX - left + windowWidth);
        const share = <f32>1 / <f32>((toY - fromY) * (toX - fromX));
        for (let row = fromY; row < toY; row++) {
          const start = dx + <usize>(row * width + fromX) * bytes;
          const end = dx + <usize>(row * width + toX) * bytes;
          for (let at = start; at < end; at += bytes) addScaled(at, dy, bytes, share);
        }
      }
    }
  }
}

/**
 * The gradient of maximum pooling: the gradient of each window goes to the first of its largest inputs.
 */
export function maximumPoolGradient(
  x: usize,
  dy: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
): void {
  const bytes = (<usize>channels) << 2;
  const image = <usize>(height * width) * bytes;
  memory.fill(dx, 0, <usize>batch * image);
  for (let sample = 0; sample < batch; sample++, dx += image, x += image) {
    for (let y = 0; y < outHeight; y++) {
      const fromY = max(0, y * strideY - top);
      const toY = min(height, y * strideY - top + windowHeight);
      for (let z = 0; z < outWidth; z++, dy += bytes) {
        const fromX = max(0, z * strideX - left);
        const toX = min(width, z * strideX - left + windowWidth);
        const corner = <usize>(fromY * width + fromX) * bytes;
        const rows = toY - fromY;
        const across = <usize>(toX - fromX) * bytes;
        if (rows <= 0 || toX <= fromX) continue;
        let channel: usize = 0;
        for (; channel < (bytes & ~15); channel += 16) {
          toLargest(x + channel, dx + channel, dy + channel, corner, rows, across, <usize>width * bytes, bytes);
        }
        for (; channel < bytes; channel += 4) {
          const place = largest(x + channel, corner, rows, across, <usize>width * bytes, bytes);
          store<f32>(dx + channel + place, load<f32>(dx + channel + place) + load<f32>(dy + channel));
        }
      }
    }
  }
}

/** Where the first largest value of one channel lies in a window. */
function largest(x: usize, corner: usize, rows: i32, across: usize, down: usize, step: usize): usize {
  let best = corner;
  let most = load<f32>(x + corner);
  for (; rows > 0; rows--, corner += down) {
    for (let at = corner; at < corner + across; at += step) {
      const value = load<f32>(x + at);
      if (value > most) {
        most = value;
        best = at;
      }
    }
  }
  return best;
}

/** The same for four channels: finds the places, then adds the gradients there. */
function toLargest(
  x: usize,
  dx: usize,
  dy: usize,
  corner: usize,
  rows: i32,
  across: usize,
  down: usize,
  step: usize,
): void {
  let best = i32x4.splat(<i32>corner);
  let most = v128.load(x + corner);
  for (; rows > 0; rows--, corner += down) {
    for (let at = corner; at < corner + across; at += step) {
      const value = v128.load(x + at);
      const more = f32x4.gt(value, most);
      most = v128.bitselect(value, most, more);
      best = v128.bitselect(i32x4.splat(<i32>at), best, more);
    }
  }
  const place0 = dx + <usize>i32x4.extract_lane(best, 0);
  const place1 = dx + <usize>i32x4.extract_lane(best, 1) + 4;
  const place2 = dx + <usize>i32x4.extract_lane(best, 2) + 8;
  const place3 = dx + <usize>i32x4.extract_lane(best, 3) + 12;
  store<f32>(place0, load<f32>(place0) + load<f32>(dy));
  store<f32>(place1, load<f32>(place1) + load<f32>(dy, 4));
  store<f32>(place2, load<f32>(place2) + load<f32>(dy, 8));
  store<f32>(place3, load<f32>(place3) + load<f32>(dy, 12));
}
