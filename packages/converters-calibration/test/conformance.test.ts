import { burstNeurons, calibration, signedNeurons } from '@spikewright/converters-calibration';
import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import { type Converter, chain, type Engine, referenceEngine } from '@spikewright/snn-core';
import { averageMaxPooling } from '@spikewright/snn-core/convert';
import { converterChecks, pluginChecks, tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { calibrationOf, traceOf } from '../../../test/hand-built.js';

const light = calibration({ steps: 4 });
const advanced = calibration({ steps: 3, bias: false, potentials: true });
const other = chain(
  averageMaxPooling(),
  calibration({ steps: 2, scope: 'layer', thresholds: 'percentile', potentials: true }),
);
const { maxPool, ...able } = tinyNetworks();
const spiking = Object.fromEntries(Object.entries(able).map(([name, ann]) => [name, withNeurons(ann)]));

const cases: [string, Converter, Engine][] = [
  ['calibration, light', light, referenceEngine()],
  ['calibration, advanced and signed', chain(advanced, signedNeurons()), referenceEngine()],
  ['calibration, all else', other, referenceEngine()],
  ['calibration, light and quantised', chain(light, quantizeWeights()), wasmEngine()],
  ['calibration, advanced and burst', chain(advanced, burstNeurons()), wasmEngine()],
];
for (const [name, converter, engine] of cases) {
  describe(`${name} on engine ${engine.name}`, () => {
    for (const [rule, check] of converterChecks(converter, { engine })) test(rule, check);
  });
}

for (const engine of [referenceEngine(), wasmEngine()]) {
  for (const pass of [signedNeurons(), burstNeurons({ most: 2 })]) {
    describe(`${pass.name} on engine ${engine.name}`, () => {
      for (const [rule, check] of converterChecks(pass, { engine, networks: spiking })) test(rule, check);
    });
  }
}

for (const factory of [calibration, signedNeurons, burstNeurons]) {
  describe(`${factory.pluginName} as a plugin`, () => {
    for (const [rule, check] of pluginChecks(factory)) test(rule, check);
  });
}

describe('spikes and scores of the reference engine', () => {
  const networks = Object.entries(tinyNetworks(3)).filter(([name]) => name !== 'maxPool');
  const converters = {
    light,
    advanced,
    signed: chain(light, signedNeurons()),
    burst: chain(advanced, burstNeurons()),
  };
  const all = networks.flatMap(([name, ann], place) => {
    // Each network by two of the four.
    const picked = Object.entries(converters).filter((_, i) => i % 2 === place % 2);
    return picked.map(([method, converter]) => ({ name, method, ann, converter }));
  });

  test.each(all)('$method of $name gives them on wasm, quantised or not', async ({ ann, converter }) => {
    const data = tinyBatch(ann, 5);
    const snn = await converter.convert(ann, calibrationOf(referenceEngine(), data));
    const expected = await traceOf(referenceEngine(), snn, data, 6);
    expect(await traceOf(wasmEngine({ floats: 'float64' }), snn, data, 6)).toEqual(expected);
    const spikes = (await traceOf(wasmEngine(), snn, data, 6)).map(([, , ofLayers]) => ofLayers);
    expect(spikes).toEqual(expected.map(([, , ofLayers]) => ofLayers));
    const quantised = await quantizeWeights().convert(snn, calibrationOf(referenceEngine()));
    const whole = await traceOf(wasmEngine(), quantised, data, 6);
    expect(whole).toEqual(await traceOf(referenceEngine(), quantised, data, 6));
  });
});
