import { balance } from '@spikewright/converters-balance';
import { burstNeurons, calibration, signedNeurons } from '@spikewright/converters-calibration';
import { ecc } from '@spikewright/converters-ecc';
import { l4 } from '@spikewright/converters-l4';
import { norm } from '@spikewright/converters-norm';
import { qcfs } from '@spikewright/converters-qcfs';
import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import {
  type AnyPluginFactory,
  type Batch,
  type Calibration,
  type Converter,
  chain,
  describePipeline,
  direct,
  type Engine,
  type Network,
  networkHash,
  noCutoff,
  noTuner,
  plain,
  referenceEngine,
  restorePipeline,
} from '@spikewright/snn-core';
import { averageMaxPooling } from '@spikewright/snn-core/convert';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../src/run/catalogue.js';

const plugins: readonly AnyPluginFactory[] = [
  averageMaxPooling,
  balance,
  burstNeurons,
  calibration,
  direct,
  ecc,
  l4,
  noCutoff,
  noTuner,
  norm,
  qcfs,
  quantizeWeights,
  signedNeurons,
];
/** The network that all but qcfs convert here. */
const ann = tinyNetworks().dense;
const calibrationOf = (network: Network): Calibration => ({
  engine: referenceEngine(),
  batches: async function* () {
    yield tinyBatch(network, 8);
  },
});
const converted = async (converter: Converter, network: Network): Promise<string> =>
  networkHash(await converter.convert(network, calibrationOf(network)));

/** All of the catalogue that makes something of ReLU networks, and chains of them. */
const converters: Record<string, Converter> = {
  ...Object.fromEntries(
    Object.entries(catalogue)
      .filter(([name]) => name !== 'qcfs')
      .map(([name, { makes, make }]) => [name, makes === 'change' ? chain(norm(), make()) : make()]),
  ),
  'l4 and ecc': chain(l4({ strength: 0.5 }), ecc({ percentile: 99 })),
  'balance and burst': chain(balance({ updates: 3 }), burstNeurons({ most: 2 })),
};

test.each(Object.keys(converters))('a manifest makes %s again', async (name) => {
  const manifest = JSON.parse(JSON.stringify(await describePipeline({ ...plain, converter: converters[name] })));
  const { converter } = await restorePipeline(manifest, { plugins, engines: [plain.engine] });
  expect(await converted(converter, ann)).toBe(await converted(converters[name], ann));
});

test('qcfs and what may follow l4 are made again from a manifest', async () => {
  const trained: Network = {
    ...ann,
    nodes: ann.nodes.map((node) => (node.op === 'relu' ? { ...node, op: 'qcfs', lambda: 1, levels: 4 } : node)),
  };
  const given = chain(l4(), qcfs({ fires: '>' }));
  const manifest = JSON.parse(JSON.stringify(await describePipeline({ ...plain, converter: given })));
  const { converter } = await restorePipeline(manifest, { plugins, engines: [plain.engine] });
  expect(await converted(converter, trained)).toBe(await converted(given, trained));
});

test('converters that make spikes refuse networks that spike already', async () => {
  const makers = Object.values(catalogue).filter(({ makes }) => makes === 'spikes');
  expect(makers.length).toBeGreaterThan(5);
  for (const { make } of makers) {
    await expect(converted(chain(norm(), make()), ann)).rejects.toThrow(
      /the network must be an ANN: it spikes already/,
    );
  }
});

/** All spikes and scores of every step, as text. */
async function everything(engine: Engine, spiking: Network, data: Batch): Promise<string> {
  const names = spiking.nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
  const program = await engine.compile(spiking);
  const shown: string[] = [];
  for await (const frame of program.run(data, { steps: 12, encoder: direct(), seed: 0 })) {
    for (let row = 0; row < frame.rows; row++) {
      const spikes = names.map((name) => [...frame.spikes(name, row)].join(''));
      shown.push(`${frame.sampleOf(row)}.${frame.stepOf(row)} ${spikes} ${[...frame.scores(row)]}`);
    }
  }
  program.dispose();
  return shown.sort().join('\n');
}

// The packages of the other converters have such a test of their own; norm cannot, as engine-wasm needs it for its tests.
describe('norm gives the spikes and scores of the reference engine on wasm', () => {
  const { maxPool: _, ...able } = tinyNetworks(3);
  const data = Object.fromEntries(Object.entries(able).map(([name, network]) => [name, tinyBatch(network, 5)]));

  test.each(Object.keys(able))('%s', async (name) => {
    for (const norms of ['weak', 'strong', 'norm']) {
      const floats = await catalogue[norms].make().convert(able[name], calibrationOf(able[name]));
      const exact = wasmEngine({ floats: 'float64' });
      expect(await everything(exact, floats, data[name])).toBe(await everything(referenceEngine(), floats, data[name]));
      const whole = await quantizeWeights().convert(floats, calibrationOf(able[name])).catch(String);
      // Few bits may not hold the weights of every network.
      if (typeof whole === 'string') expect(whole).toContain('Cannot quantise weights');
      else {
        expect(await everything(wasmEngine(), whole, data[name])).toBe(
          await everything(referenceEngine(), whole, data[name]),
        );
      }
    }
  });
});
