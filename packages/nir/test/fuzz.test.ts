import { readNir, writeNir } from '@spikewright/nir';
import { type Network, randomStream, referenceEngine } from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import { tinyNetworks, withNeurons } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { chainOf, ifNode, nirFile } from './nir-file.js';

// FUZZ_RUNS=10000 npx vitest run packages/nir/test/fuzz.test.ts
const RUNS = Number(process.env.FUZZ_RUNS ?? 400);

const fold = (network: Network) =>
  foldBatchNorm().convert(network, { engine: referenceEngine(), batches: async function* () {} });
const networks = tinyNetworks();
const files = [
  await writeNir(withNeurons(await fold(networks.chain!))),
  await writeNir(withNeurons(networks.residualIdentity!, { leak: 0.5 })),
  // Compressed in chunks.
  await nirFile(
    chainOf(
      [2, 4, 4],
      {
        conv: {
          type: 'Conv2d',
          weight: { shape: [3, 2, 2, 2], data: Array.from({ length: 24 }, (_, i) => Math.sin(i)) },
          bias: [1, 2, 3],
          stride: [1, 1],
          padding: [0, 0],
          dilation: [1, 1],
          groups: 1,
        },
        neuron: ifNode([3, 3, 3], { metadata: { reset: 'zero' } }),
      },
      [3, 3, 3],
    ),
  ),
];

/** Changes some bytes, copies a stretch of the file over another, or cuts the end off. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const place = (): number => Math.floor(random() * bytes.length);
  const copy = bytes.slice();
  const kind = random();
  if (kind < 0.2) return copy.subarray(0, place());
  if (kind < 0.3) return copy.copyWithin(place(), place(), place());
  const changes = 1 + Math.floor(random() ** 2 * 20);
  for (let i = 0; i < changes; i++) {
    const at = place();
    const how = random();
    copy[at] =
      how < 0.4 ? copy[at]! ^ (1 << Math.floor(random() * 8)) : how < 0.7 ? random() * 256 : how < 0.85 ? 0 : 255;
  }
  return copy;
}

test(`readNir survives ${RUNS} damaged files: an error or a sound network, soon and in little memory`, async () => {
  const before = process.resourceUsage().maxRSS;
  let [slowest, read] = [0, 0];
  for (let run = 0; run < RUNS; run++) {
    const damaged = mutate(files[run % files.length]!, randomStream(7, run));
    const started = performance.now();
    try {
      await readNir(damaged, { reset: 'subtract', dt: 1e-4 });
      read++;
    } catch (error) {
      const isKnown = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
      if (!isKnown || !error.message.startsWith('Cannot ')) throw new Error(`run ${run}: ${error}`, { cause: error });
    }
    slowest = Math.max(slowest, performance.now() - started);
  }
  expect(slowest).toBeLessThan(2000);
  // The whole process at its largest, in kB.
  const memory = (process.resourceUsage().maxRSS - before) / 1024;
  expect(memory).toBeLessThan(512);
  // Most damage is noticed or harmless; that both happen shows that the damage is neither total nor nil.
  expect(read).toBeGreaterThan(RUNS / 50);
  expect(read).toBeLessThan(RUNS * 0.9);
  const figures = `${RUNS} runs, ${read} read, slowest ${slowest.toFixed(0)} ms, ${memory.toFixed(0)} MB more memory\n`;
  if (process.env.FUZZ_RUNS) process.stdout.write(figures);
}, 1_800_000);
