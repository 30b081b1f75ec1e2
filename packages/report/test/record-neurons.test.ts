import { readResults, recordNeurons, report } from '@spikewright/report';
import { direct, poisson, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { JSDOM } from 'jsdom';
import { expect, test } from 'vitest';
import { ann, jsonl, results, runs } from './fixture.js';

const snn = withNeurons(tinyNetworks().deep);
const batch = tinyBatch(snn, 2);
const detail = { name: runs[0].name, snn: runs[0].hashes.snn };

test.each([
  ['direct', direct()],
  ['poisson', poisson()],
])('recordNeurons() shows the spikes of the reference engine: %s', async (_, encoder) => {
  const neurons = Array.from({ length: 108 }, (_, place) => place);
  const { raster } = recordNeurons(snn, batch, { ...detail, node: 'relu2', neurons, steps: 6, encoder, seed: 4 });
  const expected: [number, number][] = [];
  const program = await referenceEngine().compile(snn);
  for await (const frame of program.run(batch, { steps: 6, encoder, seed: 4 })) {
    for (let row = 0; row < frame.rows; row++) {
      if (frame.sampleOf(row) !== 0) continue;
      frame.spikes('relu2', row).forEach((spike, place) => {
        if (spike === 1) expected.push([frame.stepOf(row), place]);
      });
    }
  }
  expect(expected.length).toBeGreaterThan(0);
  expect(raster.spikes).toEqual(expected);
});

test('recordNeurons() shows potentials in units of the threshold', () => {
  const tensor = (...values: number[]) => ({ shape: [], data: Float32Array.from(values) });
  const single = {
    format: 1,
    meta: {},
    nodes: [
      { op: 'input', name: 'input', inputs: [], shape: [1] },
      {
        op: 'neuron',
        name: 'n',
        inputs: ['input'],
        threshold: tensor(2),
        initial: tensor(0),
        reset: 'subtract',
        fires: '>=',
        leak: 1,
        levels: [0, 3],
      },
    ],
  } as const;
  const one = { size: 1, data: Float32Array.of(1.5), indices: Uint32Array.of(7) };
  const { raster, traces } = recordNeurons(single, one, { ...detail, node: 'n', neurons: [0], steps: 4 });
  // v: 1.5, 3 - 2 = 1, 2.5 - 2 = 0.5, 2 - 2 = 0; by θ = 2
  expect(traces.traces).toEqual([{ neuron: 0, potentials: [0.75, 0.5, 0.25, 0] }]);
  expect(raster).toMatchObject({
    sample: 7,
    steps: 4,
    neurons: 1,
    spikes: [
      [2, 0],
      [3, 0],
      [4, 0],
    ],
  });
  const burst = { ...one, data: Float32Array.of(5) };
  const { raster: many } = recordNeurons(single, burst, { ...detail, node: 'n', neurons: [0], steps: 1 });
  expect(many.spikes).toEqual([
    [1, 0],
    [1, 0],
  ]);
});

test('recordNeurons() makes records that a results file holds', () => {
  const { raster, traces } = recordNeurons(snn, batch, { ...detail, node: 'relu1', neurons: [3, 5], steps: 6 });
  const read = readResults(jsonl(results(runs[0], raster, traces)));
  expect(read.records).toEqual([ann, runs[0], raster, traces]);
  const { document } = new JSDOM(report(read)).window;
  expect(document.querySelectorAll('figure')).toHaveLength(5);
});

test('recordNeurons() refuses what is not there', () => {
  const record = (change: object, network = snn) =>
    recordNeurons(network, batch, { ...detail, node: 'relu1', neurons: [0], steps: 4, ...change });
  expect(() => record({ node: 'conv1' })).toThrow(
    new ReferenceError("Cannot record neurons: the node must be a neuron of the network: 'conv1'"),
  );
  expect(() => record({ neurons: [108] })).toThrow(
    "Cannot record neurons of 'relu1': a neuron must be at most 107: 108",
  );
  expect(() => record({ neurons: [] })).toThrow('the number of neurons must be at least 1: 0');
  expect(() => record({ steps: 0 })).toThrow('steps must be at least 1: 0');
  expect(() => record({ step: 1 })).toThrow('the option must be one of');
  expect(() => record({}, tinyNetworks().deep)).toThrow(TypeError);
});
