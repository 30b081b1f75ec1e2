import { balance } from '@spikewright/converters-balance';
import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import { type Converter, chain, type Engine, referenceEngine } from '@spikewright/snn-core';
import { averageMaxPooling } from '@spikewright/snn-core/convert';
import { converterChecks, pluginChecks, tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { calibrationOf, traceOf } from '../../../test/hand-built.js';

const byLayer = chain(averageMaxPooling(), balance({ updates: 2, scope: 'layer', fires: '>=' }));
const cases: [string, Converter, Engine][] = [
  ['balance by channel', balance({ updates: 3 }), referenceEngine()],
  ['balance by layer, average pooling', byLayer, referenceEngine()],
  ['balance by channel', balance({ updates: 2 }), wasmEngine()],
  ['balance by layer and quantizeWeights', chain(byLayer, quantizeWeights()), wasmEngine()],
];
for (const [name, converter, engine] of cases) {
  describe(`${name} on engine ${engine.name}`, () => {
    for (const [rule, check] of converterChecks(converter, { engine })) test(rule, check);
  });
}

describe('balance as a plugin', () => {
  for (const [rule, check] of pluginChecks(balance)) test(rule, check);
});

describe('spikes and scores of the reference engine', () => {
  const { maxPool: _, ...able } = tinyNetworks(3);
  const cases = Object.entries(able);

  test.each(cases)('balance of %s gives them on wasm, quantised or not', async (_name, ann) => {
    const data = tinyBatch(ann, 6);
    const snn = await balance({ updates: 5 }).convert(ann, calibrationOf(referenceEngine(), data));
    const expected = await traceOf(referenceEngine(), snn, data, 8);
    expect(await traceOf(wasmEngine({ floats: 'float64' }), snn, data, 8)).toEqual(expected);
    const spikes = (await traceOf(wasmEngine(), snn, data, 8)).map(([, , ofLayers]) => ofLayers);
    expect(spikes).toEqual(expected.map(([, , ofLayers]) => ofLayers));
    const quantised = await quantizeWeights().convert(snn, calibrationOf(referenceEngine()));
    const whole = await traceOf(wasmEngine(), quantised, data, 8);
    expect(whole).toEqual(await traceOf(referenceEngine(), quantised, data, 8));
  });
});
