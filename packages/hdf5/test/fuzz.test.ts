import { type Group, type Hdf5, openHdf5, type Value } from '@spikewright/hdf5';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixture, kerasFixture, written } from './files.js';

/** Damaged copies of each file; FUZZ_RUNS=10000 npx vitest run packages/hdf5/test/fuzz.test.ts for a long run. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 150);
const MINUTES = 60_000;
const MEGABYTES = 2 ** 20;

/** A change of one byte: where, in which way, to what. */
const change = (reach: number) =>
  fc.tuple(fc.nat(reach - 1), fc.constantFrom('set', 'flip', 'zero', 'ones', 'copy'), fc.nat(255), fc.nat(reach - 1));

/** A copy in which a few bytes are others, half of them in the structures near the beginning, or which is cut short. */
function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.oneof(change(bytes.length), change(Math.min(4096, bytes.length))), {
    minLength: 1,
    maxLength: 12,
  });
  const edited = changes.map((list) => {
    const copy = bytes.slice();
    for (const [at, kind, value, from] of list) {
      if (kind === 'set') copy[at] = value;
      else if (kind === 'flip') copy[at]! ^= 1 << (value % 8);
      else if (kind === 'zero') copy[at] = 0;
      else if (kind === 'ones') copy[at] = 255;
      else copy.copyWithin(at, from, from + 16);
    }
    return copy;
  });
  const cut = fc.nat(bytes.length).map((length) => bytes.slice(0, length));
  return fc.oneof({ weight: 6, arbitrary: edited }, { weight: 1, arbitrary: cut });
}

/** As many values as the shape holds. */
function expectSound(value: Value | undefined): void {
  if (!value) return;
  const count = 'texts' in value ? value.texts.length : value.data.length;
  expect(count).toBe(value.shape.reduce((product, size) => product * size, 1));
}

/** Reads everything, and checks that it is sound. */
function readAll(file: Hdf5, names: readonly string[], group: Group, path = ''): void {
  for (const name of names) expectSound(file.attribute(path, name));
  for (const [name, member] of group) {
    if (member instanceof Map) readAll(file, names, member, `${path}/${name}`);
    else expectSound(member as Value);
  }
}

const NEWER = await written((file) => {
  const data = Float32Array.from({ length: 30 }, (_, index) => index);
  const group = file.create_group('group');
  group.create_attribute('numbers', Int16Array.of(1, 2));
  group.create_dataset({ name: 'whole', data, shape: [30] });
  group.create_dataset({ name: 'chunks', data, shape: [5, 6], chunks: [2, 4], compression: 'gzip' });
  file.create_dataset({ name: 'texts', data: ['a', 'longer text'], shape: [2] });
}, 'v108');

const FILES: Record<string, readonly [bytes: Uint8Array, attributes: readonly string[]]> = {
  'h5py: every type': [fixture('readable.h5'), ['texts', 'fixed', 'unicode', 'numbers', 'half', 'empty']],
  'HDF5 1.8': [NEWER, ['numbers']],
  Keras: [kerasFixture('plain.h5'), ['model_config', 'keras_version', 'layer_names', 'weight_names']],
};

for (const [name, [bytes, attributes]] of Object.entries(FILES)) {
  test(`damaged copies give errors or sound values, soon and in little memory: ${name}`, {
    timeout: 60 * MINUTES,
  }, () => {
    const before = process.memoryUsage().rss;
    const seen = { sound: 0, refused: 0 };
    let slowest = 0;
    fc.assert(
      fc.property(damaged(bytes), (copy) => {
        const start = performance.now();
        try {
          const file = openHdf5(copy);
          readAll(file, attributes, file.tree());
          seen.sound++;
        } catch (error) {
          seen.refused++;
          // Errors of the engine would be mistakes of ours: undefined values, endless recursion.
          if (!(error as Error).message.startsWith('Cannot read the HDF5 file: ')) throw error;
        }
        slowest = Math.max(slowest, performance.now() - start);
        expect(process.memoryUsage().rss - before).toBeLessThan(512 * MEGABYTES);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(slowest).toBeLessThan(2000);
    expect(seen.refused).toBeGreaterThan(RUNS / 10);
    expect(seen.sound).toBeGreaterThan(RUNS / 20);
    if (process.env.FUZZ_RUNS) process.stderr.write(`${name}: ${JSON.stringify({ ...seen, slowest })}\n`);
  });
}
