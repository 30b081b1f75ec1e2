// What Spikewright makes of trained networks: node accuracy.mjs [--data FOLDER] [--steps 4] [--log FILE] FILE...
// An ANN with QCFS is evaluated as it is and converted; a spiking network as it is. One JSON line for each file.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { qcfs } from '@spikewright/converters-qcfs';
import { batches } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { direct, evaluate, evaluateAnn, loadNetwork, networkHash } from '@spikewright/snn-core';
import { dataSetOf, openLog } from './files.mjs';

const { values, positionals } = parseArgs({
  options: { data: { type: 'string' }, steps: { type: 'string', default: '4' }, log: { type: 'string' } },
  allowPositionals: true,
});
const steps = Number(values.steps);
const engine = wasmEngine();
const log = openLog(values.log);

for (const file of positionals) {
  const network = loadNetwork(await readFile(file));
  const set = await dataSetOf(file).load('test', values.data);
  const line = {
    name: basename(file, '.safetensors'),
    hash: await networkHash(network),
    images: set.indices.length,
    ...(await measure(network, set)),
  };
  console.log(JSON.stringify(line));
  log(line);
}

async function measure(network, set) {
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
