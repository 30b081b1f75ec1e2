import { readKeras, readKerasWeights } from '@spikewright/import-keras';
import { expect, test } from 'vitest';
import { batchOf, distance, evaluated, fixture, golden, lastChannels } from './fixtures.js';

for (const name of ['plain', 'branches', 'channels_first', 'sequence', 'nested']) {
  for (const extension of ['keras', 'h5']) {
    test(`readKeras() gives Keras's outputs for ${name}.${extension}`, async () => {
      const { network, layers } = await readKeras(fixture(`${name}.${extension}`));
      const { inputs, outputs } = golden(name);
      const samples = name === 'channels_first' ? inputs.map((image) => lastChannels(image, [3, 7, 6])) : inputs;
      expect(distance(await evaluated(network, batchOf(samples)), outputs)).toBeLessThan(1e-5);
      expect(network.meta.name).toBe(name);
      expect(network.meta.source?.version).toBe('3.15.1');
      const names = new Set(network.nodes.map((node) => node.name));
      for (const layer of layers) for (const node of layer.nodes) expect(names).toContain(node);
    });
  }
}

test("readKerasWeights() gives Keras's outputs for an architecture and weights that are kept apart", async () => {
  const config = new TextDecoder().decode(fixture('nested.config.json'));
  const { inputs, outputs } = golden('nested');
  for (const weights of ['nested.weights.h5', 'nested.h5']) {
    for (const architecture of [config, JSON.parse(config)]) {
      const { network } = await readKerasWeights(architecture, fixture(weights));
      expect(distance(await evaluated(network, batchOf(inputs)), outputs)).toBeLessThan(1e-5);
    }
  }
});
