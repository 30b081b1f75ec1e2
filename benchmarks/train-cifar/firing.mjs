// How many neurons of the first layer fire in each step, in networks with QCFS, converted:
// node firing.mjs [--data FOLDER] [--images 1000] [--log FILE] FILE...
// The mean share over the first test images, T = 4. One JSON line for each file.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { qcfs } from '@spikewright/converters-qcfs';
import { batches, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { direct, loadNetwork } from '@spikewright/snn-core';
import { dataSetOf, nameOf, openLog } from './files.mjs';

const { values, positionals } = parseArgs({
  options: { data: { type: 'string' }, images: { type: 'string', default: '1000' }, log: { type: 'string' } },
  allowPositionals: true,
});
const steps = 4;
const engine = wasmEngine();
const log = openLog(values.log);

for (const file of positionals) {
  const set = take(await dataSetOf(file).load('test', values.data), Number(values.images));
  const read = () => batches(set, { size: 100 });
  const network = await qcfs().convert(loadNetwork(await readFile(file)), { batches: read, engine });
  const line = { ...nameOf(file), images: set.indices.length, firing: await firing(network, read()) };
  console.log(JSON.stringify(line));
  log(line);
}

/** Share of the first layer's neurons that fire in each step. */
async function firing(network, test) {
  const { name } = network.nodes.find(({ op }) => op === 'neuron');
  const program = await engine.compile(network);
  const [fired, neurons] = [new Array(steps).fill(0), new Array(steps).fill(0)];
  for await (const batch of test) {
    for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 1 })) {
      for (let row = 0; row < frame.rows; row++) {
        const spikes = frame.spikes(name, row);
        const step = frame.stepOf(row) - 1;
        fired[step] += spikes.reduce((sum, spike) => sum + Math.sign(spike), 0);
        neurons[step] += spikes.length;
      }
    }
  }
  program.dispose();
  return fired.map((count, step) => Number((count / neurons[step]).toFixed(4)));
}
