// What Spikewright makes of trained networks: node accuracy.mjs [--data FOLDER] [--steps 4] FILE...
// An ANN with QCFS is evaluated as it is and converted; a spiking network as it is. One JSON line for each file.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { qcfs } from '@spikewright/converters-qcfs';
import { batches } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { dataSets } from '@spikewright/reference/data-sets';
import { direct, evaluate, evaluateAnn, loadNetwork } from '@spikewright/snn-core';

const { values, positionals } = parseArgs({
  options: { data: { type: 'string' }, steps: { type: 'string', default: '4' } },
  allowPositionals: true,
});
const steps = Number(values.steps);
const engine = wasmEngine();

for (const file of positionals) {
  const name = basename(file, '.safetensors');
  const dataSet = Object.keys(dataSets).findLast((key) => name.startsWith(key));
  if (!dataSet) throw new ReferenceError(`Cannot measure: the name must begin with a data set's: ${name}`);
  const set = await dataSets[dataSet].load('test', values.data);
  console.log(JSON.stringify({ name, images: set.indices.length, ...(await measure(file, set)) }));
}

async function measure(file, set) {
  const network = await loadNetwork(await readFile(file));
  const test = () => batches(set, { size: 100 });
  if (network.nodes.some(({ op }) => op === 'neuron')) return { accuracyAtSteps: await atSteps(network, test) };
  const ann = await engine.compile(network);
  const { accuracy } = await evaluateAnn(ann, test());
  ann.dispose();
  if (!network.nodes.some(({ op }) => op === 'qcfs')) return { accuracy };
  const spiking = await qcfs().convert(network, { batches: test, engine });
  return { accuracy, accuracyAtSteps: await atSteps(spiking, test) };
}

async function atSteps(network, test) {
  const program = await engine.compile(network);
  const { accuracy } = await evaluate(program, test(), { steps, encoder: direct() });
  program.dispose();
  return accuracy;
}
