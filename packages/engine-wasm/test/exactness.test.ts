import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import { type Batch, direct, type Engine, type Network, poisson, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_STEPS, randomNetwork, type Wishes } from './random-network.js';
import { type TraceOptions, trace } from './trace.js';

const calibration = { batches: async function* () {}, engine: referenceEngine() };

async function traced(engine: Engine, network: Network, batch: Batch, options: TraceOptions) {
  const program = await engine.compile(network);
  const result = await trace(program, batch, options);
  program.dispose();
  return result;
}

const runs = fc.record({
  seed: fc.nat(2 ** 31),
  bits: fc.constantFrom(7 as const, 8 as const),
  encoder: fc.constantFrom(direct(), poisson()),
  steps: fc.integer({ min: 1, max: MOST_STEPS }),
  samples: fc.integer({ min: 1, max: 7 }),
  chunk: fc.option(fc.integer({ min: 1, max: 24 }), { nil: undefined }),
  rows: fc.integer({ min: 1, max: 5 }),
  workers: fc.constantFrom(1, 1, 1, 1, 2, 3),
  hint: fc.option(fc.integer({ min: 1, max: MOST_STEPS }), { nil: undefined }),
  stops: fc.array(fc.integer({ min: 1, max: MOST_STEPS }), { minLength: 1, maxLength: 5 }),
});

const law = (wishes: Wishes, quantised: boolean, dropout = 0) =>
  fc.asyncProperty(runs, async ({ seed, bits, encoder, steps, samples, chunk, rows, workers, hint, stops }) => {
    const drawn = randomNetwork(seed, wishes);
    const input = encoder.output === 'spikes' ? 'spikes' : 'analog';
    const network = quantised ? await quantizeWeights({ bits, input }).convert(drawn, calibration) : drawn;
    const batch = tinyBatch(network, samples, seed % 1000);
    // Right or wrong, it changes nothing.
    const firstStop = hint && Math.min(hint, steps);
    const options = { steps, encoder, dropout, firstStop, stopAfter: (sample: number) => stops[sample % stops.length] };
    const floats = quantised && dropout === 0 ? 'float32' : 'float64';
    const engine = wasmEngine({ floats, rows, workers, ...(chunk && { chunk }) });
    const expected = await traced(referenceEngine(), network, batch, options);
    expect(await traced(engine, network, batch, options)).toEqual(expected);
  });

test('wasmEngine gives every bit of the reference on quantised networks of plain neurons', () =>
  fc.assert(law({ neurons: 'plain' }, true), { numRuns: 150, seed: 1 }));

test('wasmEngine with 64-bit floats gives every bit of the reference on any network and neurons', () =>
  fc.assert(law({ neurons: 'all' }, false), { numRuns: 100, seed: 2 }));

test('wasmEngine loses the same spikes as the reference, and computes the same from those left', () =>
  fc.assert(law({ neurons: 'all' }, false, 0.3), { numRuns: 40, seed: 3 }));

test('wasmEngine does so on quantised networks too, where half of the spikes get lost and those left weigh 2', () =>
  fc.assert(law({ neurons: 'plain' }, true, 0.5), { numRuns: 40, seed: 4 }));

test.each([
  [63, 100],
  [63, -16_384],
  [127, 16_384],
  [-128, 16_385],
])('wasmEngine adds up more weights of %i than 16 bits hold, with a bias of %i', async (weight, bias) => {
  const [inputs, outputs] = [1001, 80];
  const value = (data: number) => ({ shape: [], data: Float32Array.of(data) });
  const kernel = { shape: [inputs, outputs], data: new Float32Array(inputs * outputs).fill(weight) };
  const network: Network = {
    format: 1,
    nodes: [
      { op: 'input', name: 'input', inputs: [], shape: [inputs] },
      {
        ...{ op: 'dense', name: 'dense', inputs: ['input'], kernel },
        bias: { shape: [outputs], data: Float32Array.from({ length: outputs }, (_, c) => (c % 2 === 0 ? bias : 1)) },
      },
      {
        ...{ op: 'neuron', name: 'neuron', inputs: ['dense'], threshold: value(70_000), initial: value(0.5) },
        ...{ reset: 'subtract', fires: '>=', leak: 1, levels: [0, 1] },
      },
    ],
    meta: { name: 'many' },
  };
  const data = new Float32Array(inputs).fill(1);
  const batch = { size: 1, data, indices: Uint32Array.of(0) };
  const options = { steps: 5, encoder: poisson(), stopAfter: () => 5 };
  expect(await traced(wasmEngine(), network, batch, options)).toEqual(
    await traced(referenceEngine(), network, batch, options),
  );
});
