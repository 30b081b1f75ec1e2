import { spawnSync } from 'node:child_process';
import { balance } from '@spikewright/converters-balance';
import { burstNeurons, calibration, signedNeurons } from '@spikewright/converters-calibration';
import { ecc } from '@spikewright/converters-ecc';
import { l4 } from '@spikewright/converters-l4';
import { norm } from '@spikewright/converters-norm';
import { qcfs } from '@spikewright/converters-qcfs';
import { riskControlled } from '@spikewright/cutoff-conformal';
import { topK } from '@spikewright/cutoff-topk';
import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import { HEBBIAN_LABEL, hebbian } from '@spikewright/hebbian-tuner';
import {
  type AnyPluginFactory,
  type Batch,
  type Calibration,
  type Converter,
  chain,
  describePipeline,
  direct,
  type Engine,
  evaluate,
  identity,
  type Network,
  networkHash,
  noCutoff,
  noTuner,
  type Pipeline,
  plain,
  referenceEngine,
  restorePipeline,
  runPipeline,
} from '@spikewright/snn-core';
import { averageMaxPooling } from '@spikewright/snn-core/convert';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../src/run/catalogue.js';
import { tuners, tunerTable } from '../src/run/tuners.js';

const plugins: readonly AnyPluginFactory[] = [
  averageMaxPooling,
  balance,
  burstNeurons,
  calibration,
  direct,
  ecc,
  hebbian,
  identity,
  l4,
  noCutoff,
  noTuner,
  norm,
  qcfs,
  quantizeWeights,
  riskControlled,
  signedNeurons,
  topK,
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

test.each(Object.keys(tuners))('a manifest makes %s again', async (name) => {
  const tuner = tuners[name].make();
  const manifest = JSON.parse(JSON.stringify(await describePipeline({ ...plain, tuner })));
  const restored = await restorePipeline(manifest, { plugins, engines: [plain.engine] });
  expect(restored.tuner.options).toEqual(tuner.options);
  const snn = await norm({ initial: 0 }).convert(ann, calibrationOf(ann));
  const [tuned, again] = await Promise.all(
    [tuner, restored.tuner].map((one) => one.tune(snn, calibrationOf(snn)).then(networkHash)),
  );
  expect(again).toBe(tuned);
  // What is the same again is not the network as it was: the decision is in its notes.
  expect(tuned).not.toBe(await networkHash(snn));
});

test('tuners are listed with the label, and with the steps that they tune for', () => {
  const { title, rows } = tunerTable();
  expect(title).toContain('tuned for T = 4 steps, whatever --steps is');
  expect(rows.map(([name]) => tuners[name].make().options.steps)).toEqual(rows.map(() => 4));
  for (const [, , source] of rows) expect(source).toContain(HEBBIAN_LABEL);
});

test('--help has the label of the tuners', () => {
  const { stdout } = spawnSync(process.execPath, ['apps/reference/dist/cli.js', 'run', '--help'], { encoding: 'utf8' });
  const said = stdout.replace(/\s+/g, ' ');
  expect(said).toContain(`tuned for 4 steps whatever --steps is; hebbian-*: ${HEBBIAN_LABEL}`);
});

test.each([
  ['topK', topK({ epsilon: 0.1, dropout: 0.2 })],
  ['riskControlled', riskControlled({ epsilon: 0.2, future: 60 })],
])(
  'a manifest makes %s again: the same fit, the same stops, and each takes the fit of the other',
  async (_, cutoff) => {
    const pipeline: Pipeline = { ...plain, steps: 8, converter: norm(), tuner: hebbian({ steps: 2 }), cutoff };
    const samples = async function* () {
      yield tinyBatch(ann, 200, 2);
    };
    const data = { calibration: samples, test: samples };
    const given = await runPipeline(pipeline, ann, data);
    const manifest = JSON.parse(JSON.stringify(given.manifest));
    const restored = await restorePipeline(manifest, { plugins, engines: [plain.engine] });
    expect(await runPipeline(restored, ann, data)).toEqual(given);
    expect(given.fitted).not.toBeNull();
    expect(given.evaluation.meanStopStep).toBeLessThan(8);
    const program = await plain.engine.compile(given.network);
    const run = { steps: 8, encoder: restored.encoder, seed: 0, fitted: given.fitted, cutoff: restored.cutoff };
    expect(await evaluate(program, samples(), run)).toEqual(given.evaluation);
  },
);

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
