import { existsSync, readFileSync } from 'node:fs';
import { batches, mnist, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { buildNetwork, type Layers, readStateDict, type Signal } from '@spikewright/import-torch';
import { type Batch, type Network, referenceEngine } from '@spikewright/snn-core';
import { describe, expect, test } from 'vitest';
import { pngRows } from './png-rows.js';

const DATA = new URL('../../../../shared/data/', import.meta.url);
const bytes = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, DATA)));

/** Three convolutions with mean pooling, two linear layers, no biases. */
function sinabs({ input, conv, relu, avgPool, flatten, linear }: Layers): Signal {
  let x = input([1, 28, 28]);
  for (const name of ['0', '3', '6']) x = avgPool(relu(conv(name, x)), 2);
  return linear('12', relu(linear('10', flatten(x))));
}

/** ResNet-20 for CIFAR-10 with shortcuts of option A. */
function resnet20(layers: Layers): Signal {
  const { input, normalise, conv, batchNorm, relu, add, shortcutA, globalAvgPool, linear } = layers;
  const image = normalise(input([3, 32, 32]), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
  let x = relu(batchNorm('bn1', conv('conv1', image, { padding: 1 })));
  for (const [stage, channels] of [16, 32, 64].entries()) {
    for (const block of [0, 1, 2]) {
      const name = `layer${stage + 1}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const y = relu(batchNorm(`${name}.bn1`, conv(`${name}.conv1`, x, { stride, padding: 1 })));
      const z = batchNorm(`${name}.bn2`, conv(`${name}.conv2`, y, { padding: 1 }));
      x = relu(add(z, stride === 1 ? x : shortcutA(x, channels)));
    }
  }
  return linear('linear', globalAvgPool(x));
}

const digits = async (): Promise<Batch> => {
  for await (const batch of batches(take(await mnist('test'), 32), { size: 32 })) return batch;
  throw new Error('no digits');
};

/** The first 32 of a thousand images below one another. */
const photographs = async (): Promise<Batch> => {
  const pixels = pngRows(bytes('cifar10/test-00.png'), 32 * 32);
  const data = Float32Array.from({ length: 32 * 3072 }, (_, i) => pixels[i] / 255);
  return { size: 32, data, indices: Uint32Array.from({ length: 32 }, (_, i) => i) };
};

describe.skipIf(!existsSync(DATA))('networks that others trained, where ../shared/data is present', () => {
  test.each<[string, string, (layers: Layers) => Signal, () => Promise<Batch>]>([
    ['sinabs-mnist-cnn.pt', 'sinabs-mnist-cnn.json', sinabs, digits],
    ['akamaster-cifar10-resnet20-12fca82f.th', 'akamaster-cifar10-resnet20.json', resnet20, photographs],
  ])('%s gives its golden outputs on both engines', async (file, golden, graph, images) => {
    const { outputs } = JSON.parse(new TextDecoder().decode(bytes(`golden/${golden}`)));
    const network: Network = buildNetwork(await readStateDict(bytes(`models/${file}`)), graph);
    const batch = await images();
    for (const engine of [referenceEngine(), wasmEngine()]) {
      const program = await engine.compile(network);
      const scores = await program.infer(batch);
      const worst = Math.max(...outputs.flat().map((value: number, i: number) => Math.abs(value - scores[i])));
      expect(worst, engine.name).toBeLessThan(1e-4);
      program.dispose();
    }
  });
});
