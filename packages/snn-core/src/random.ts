/**
 * Opens a stream of uniform numbers in [0, 1) for a list of keys, such as (seed, sample, step).
 *
 * The generator is sfc32 (Doty-Humphrey, PractRand); streams of different keys are unrelated, so that a sample's
 * randomness depends neither on its batch nor on the order of work.
 *
 * @param keys - up to three whole numbers; only their lowest 32 bits count
 */
export function randomStream(...keys: readonly [number, number?, number?]): () => number {
  let [a, b, c] = [keys[0] | 0, (keys[1] ?? 0) | 0, (keys[2] ?? 0) | 0];
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Fifteen rounds spread every bit of the keys over the whole state.
  for (let round = 0; round < 15; round++) next();
  return next;
}
