// @ts-check
// Writes what nir_check.py compares: node nir_export.mjs OUT [SAMPLES] [STEPS] writes the trained MNIST network as NIR,
// images, and what the reference engine does with them. node nir_export.mjs --hash FILE prints the hash of the network
// that a NIR file holds. Needs the packages built.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { norm } from '../../packages/converters-norm/dist/index.js';
import { batches, mnist, take } from '../../packages/datasets/dist/index.js';
import { readNir, writeNir } from '../../packages/nir/dist/index.js';
import { direct, loadNetwork, networkHash, referenceEngine } from '../../packages/snn-core/dist/index.js';

const [, , out, samples = '100', steps = '16'] = argv;
if (out === undefined) throw new Error('Usage: nir_export.mjs OUT [SAMPLES] [STEPS], or nir_export.mjs --hash FILE');
if (out === '--hash') {
  const { network } = await readNir(await readFile(samples));
  console.log(await networkHash(network));
} else await exportAll(out, Number(samples), Number(steps));

/**
 * @param {string} folder
 * @param {number} count
 * @param {number} T
 */
async function exportAll(folder, count, T) {
  const engine = referenceEngine();
  const file = new URL('../../apps/reference/networks/mnist.safetensors', import.meta.url);
  const training = take(await mnist('train'), 500);
  const network = await norm().convert(loadNetwork(await readFile(file)), { engine, batches: () => batches(training) });
  const neurons = network.nodes.filter((node) => node.op === 'neuron').map(({ name }) => name);
  /** @type {Record<string, number[][]>} spikes of each neuron, by layer and sample */
  const counts = Object.fromEntries(neurons.map((name) => [name, []]));
  /** @type {number[][]} */
  const scores = [];
  const [images, labels] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  const program = await engine.compile(network);
  for await (const batch of batches(take(await mnist('test'), count), { size: 1 })) {
    images.push(...batch.data);
    labels.push(...(batch.labels ?? []));
    for await (const frame of program.run(batch, { steps: T, encoder: direct(), seed: 1 })) {
      const sample = batch.indices[0];
      scores[sample] = [...frame.scores(0)];
      for (const name of neurons) {
        const spikes = frame.spikes(name, 0);
        const sums = counts[name][sample];
        counts[name][sample] = Array.from(spikes, (spike, i) => (sums?.[i] ?? 0) + spike);
      }
    }
  }
  program.dispose();
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/network.nir`, await writeNir(network));
  const hash = await networkHash(network);
  await writeFile(`${folder}/expected.json`, JSON.stringify({ hash, steps: T, images, labels, scores, counts }));
}
