import { readKeras, readKerasWeights, readTfjs } from '@spikewright/import-keras';
import { randomStream } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { fixture } from './fixtures.js';

/** Mutated files of each format; FUZZ_RUNS=10000 for a long run. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 150);
const MINUTES = 60_000;
const MEGABYTES = 2 ** 20;
const BASE = process.memoryUsage().rss / MEGABYTES;

type Random = () => number;

/** A copy that is cut short, or in which a few bytes are others: often 0, 255 or a neighbour's. */
function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  if (random() < 0.15) return copy.subarray(0, Math.floor(random() * copy.length));
  // HDF5 keeps what matters in a few thousand bytes: half of the changes fall there.
  const reach = random() < 0.5 ? copy.length : Math.min(copy.length, 4096);
  for (let changes = 1 + Math.floor(random() * 12); changes > 0; changes--) {
    const at = Math.floor(random() * reach);
    const kind = random();
    if (kind < 0.2) copy[at] = 0;
    else if (kind < 0.4) copy[at] = 255;
    else if (kind < 0.6) copy[at] ^= 1 << Math.floor(random() * 8);
    else if (kind < 0.8) copy[at] = copy[Math.floor(random() * copy.length)];
    else copy[at] = Math.floor(random() * 256);
  }
  return copy;
}

const config = fixture('nested.config.json');
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const FORMATS: Record<string, (random: Random) => Promise<unknown>> = {
  '.keras': (random) => readKeras(mutated(fixture('plain.keras'), random)),
  '.h5': (random) => readKeras(mutated(fixture('branches.h5'), random)),
  'weights and JSON': (random) =>
    random() < 0.5
      ? readKerasWeights(text(config), mutated(fixture('nested.weights.h5'), random))
      : readKerasWeights(text(mutated(config, random)), fixture('nested.weights.h5')),
  'TensorFlow.js': (random) =>
    readTfjs(text(mutated(fixture('tfjs.model.json'), random)), () => mutated(fixture('tfjs.weights.bin'), random)),
};

for (const [format, read] of Object.entries(FORMATS)) {
  test(`damaged ${format} files give errors, in bounded time and memory`, { timeout: 60 * MINUTES }, async () => {
    const seen = { sound: 0, damaged: 0 };
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = randomStream(seed, 0);
      const start = performance.now();
      try {
        await read(random);
        seen.sound++;
      } catch (error) {
        seen.damaged++;
        expect(error, `seed ${seed}`).toBeInstanceOf(Error);
        const { message } = error as Error;
        // Engine errors would be mistakes of ours: undefined values, endless recursion.
        expect(message, `seed ${seed}: ${(error as Error).stack}`).toMatch(/^Cannot /);
      }
      expect(performance.now() - start, `seed ${seed}`).toBeLessThan(2000);
      expect(process.memoryUsage().rss / MEGABYTES, `seed ${seed}`).toBeLessThan(BASE + 512);
    }
    expect(seen.damaged).toBeGreaterThan(RUNS / 10);
    if (process.env.FUZZ_RUNS) process.stderr.write(`${format}: ${JSON.stringify(seen)}\n`);
  });
}
