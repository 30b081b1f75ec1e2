import { readKeras, readTfjs } from '@spikewright/import-keras';
import { readOnnx } from '@spikewright/import-onnx';
import { buildNetwork, type Layers, readStateDict, type Signal } from '@spikewright/import-torch';
import { readNir } from '@spikewright/nir';
import type { Network } from '@spikewright/snn-core';

/** Gives the bytes of a file by its path in the folder of packages. */
export type Load = (path: string) => Promise<Uint8Array>;

const KERAS = 'import-keras/test/fixtures';
const TORCH = 'import-torch/test/fixtures';

/** Reads one file of each format; the same code in Node and in pages. */
export const FORMATS: Readonly<Record<string, (load: Load) => Promise<Network>>> = {
  '.keras': async (load) => (await readKeras(await load(`${KERAS}/branches.keras`))).network,
  '.h5': async (load) => (await readKeras(await load(`${KERAS}/branches.h5`))).network,
  'TensorFlow.js': async (load) => {
    const model = new TextDecoder().decode(await load(`${KERAS}/tfjs.model.json`));
    return (await readTfjs(model, (path) => load(`${KERAS}/${path}`))).network;
  },
  '.onnx': async (load) => (await readOnnx(await load('import-onnx/test/fixtures/residual.onnx'))).network,
  '.pt, a zip file': async (load) => buildNetwork(await readStateDict(await load(`${TORCH}/small.pt`)), small),
  '.pth of PyTorch before 1.6': async (load) =>
    buildNetwork(await readStateDict(await load(`${TORCH}/small-legacy.pth`)), small),
  '.safetensors': async (load) => buildNetwork(await readStateDict(await load(`${TORCH}/small.safetensors`)), small),
  '.nir': async (load) => (await readNir(await load('spiking.nir'))).network,
};

/** The network of PyTorch's files, as packages/import-torch/fixtures/make_fixtures.py makes it. */
function small(layers: Layers): Signal {
  const { input, conv, batchNorm, relu, shortcutA, add, concat, avgPool, maxPool, flatten, linear } = layers;
  const first = relu(batchNorm('bn1', conv('conv1', input([2, 8, 8]), { padding: 1 })));
  const second = batchNorm('bn2', conv('conv2', first, { stride: 2, padding: [1, 0] }));
  const sum = relu(add(second, shortcutA(first, 8)));
  const pools = concat(avgPool(sum, 3, { stride: 2, padding: 1 }), maxPool(sum, 3, { stride: 2, padding: 1 }));
  return linear('fc2', relu(linear('fc1', batchNorm('bn3', flatten(pools)))));
}
