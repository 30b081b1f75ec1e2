import { ecc, regularWindow } from '@spikewright/converters-ecc';
import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import { type Batch, chain, direct, type Engine, type Network, referenceEngine } from '@spikewright/snn-core';
import { converterChecks, pluginChecks, tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { convert } from './tiny.js';

describe('conformance', () => {
  for (const [name, check] of converterChecks(ecc())) test(`ecc ${name}`, check);
  const full = ecc({ bits: 8, amplification: 100, readout: 'count', percentile: 99.9, scope: 'channel' });
  for (const [name, check] of converterChecks(full)) test(`ecc with everything ${name}`, check);
  for (const factory of [ecc, regularWindow]) {
    for (const [name, check] of pluginChecks(factory)) test(`${factory.pluginName} ${name}`, check);
  }
});

/** All spikes and scores of every step, as text. */
async function everything(engine: Engine, spiking: Network, data: Batch): Promise<string> {
  const neurons = spiking.nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
  const shown: string[] = [];
  const program = await engine.compile(spiking);
  for await (const frame of program.run(data, { steps: 16, encoder: direct(), seed: 0 })) {
    for (let row = 0; row < frame.rows; row++) {
      const spikes = neurons.map((name) => [...frame.spikes(name, row)].join(''));
      shown.push(`${frame.sampleOf(row)}.${frame.stepOf(row)} ${spikes} ${[...frame.scores(row)]}`);
    }
  }
  program.dispose();
  return shown.sort().join('\n');
}

describe('engines', () => {
  const networks = Object.entries(tinyNetworks(3)).filter(([name]) => name !== 'maxPool');
  const integers = chain(ecc(), quantizeWeights());
  test.each(networks)('ecc of %s, quantised, gives the same bits on every engine', async (_, ann) => {
    const data = tinyBatch(ann, 5);
    const spiking = await convert(integers, ann, data);
    expect(await everything(wasmEngine(), spiking, data)).toBe(await everything(referenceEngine(), spiking, data));
  });

  test.each(networks)('ecc of %s gives the same spikes on every engine in float64', async (_, ann) => {
    const data = tinyBatch(ann, 5);
    const spiking = await convert(ecc(), ann, data);
    const exact = wasmEngine({ floats: 'float64' });
    expect(await everything(exact, spiking, data)).toBe(await everything(referenceEngine(), spiking, data));
  });
});
