/** Adds each row of x to the row of the output that its segment names; segments that do not exist are left out. */
export function segmentSum(x: usize, segments: usize, rows: i32, width: usize, output: usize, count: i32): void {
  const bytes = width << 2;
  memory.fill(output, 0, <usize>count * bytes);
  for (let row = 0; row < rows; row++, x += bytes) {
    const segment = load<i32>(segments + ((<usize>row) << 2));
    if (segment < 0 || segment >= count) continue;
    const to = output + <usize>segment * bytes;
    let at: usize = 0;
    for (; at < (bytes & ~15); at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(x + at)));
    for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(x + at));
  }
}
