import { defineDevice, device, deviceTable } from '@spikewright/energy-metrics';
import { expect, test } from 'vitest';
import { conv, counts, dense, input, network, neuron, ones, perceptron, relu } from './tiny.js';

const joules = (nanojoules: number): number => nanojoules * 1e-9;

test('device reproduces the example of KerasSpiking: dense 784 -> 128 with ReLU takes 8.64e-4 J on a cpu', () => {
  const single = network(input(784), dense('hidden', 'input', ones(784, 128)), relu('relu', 'hidden'));
  const { layers, energyNanojoules } = device('cpu').dense(single);
  expect(joules(energyNanojoules)).toBeCloseTo(8.641_28e-4, 12); // (100,352 + 128) · 8.6 nJ
  expect(layers.map(({ energyNanojoules }) => energyNanojoules)).toEqual([
    expect.closeTo(863_027.2, 6), // 100,352 connections
    expect.closeTo(1100.8, 6), // 128 neurons
  ]);
  // Its own 'my-cpu': 1e-10 J and 2e-9 J give 1.03e-5 J.
  const own = { synapticOperationPicojoules: 100, neuronUpdatePicojoules: 2000, spiking: false };
  expect(joules(defineDevice({ device: 'my-cpu', ...own }).dense(single).energyNanojoules)).toBeCloseTo(
    1.029_12e-5,
    12,
  );
});

test.each([
  ['cpu', 8.6e-9, 8.6e-9],
  ['gpu', 0.3e-9, 0.3e-9],
  ['arm', 0.9e-9, 0.9e-9],
  ['loihi', 27.1e-12, 81e-12],
  ['spinnaker', 13.3e-9, 26e-9],
  ['spinnaker2', 450e-12, 2.19e-9],
] as const)('deviceTable.%s holds the joules of KerasSpiking', (name, synapse, update) => {
  const { synapticOperationPicojoules, neuronUpdatePicojoules, spiking } = deviceTable[name];
  expect(synapticOperationPicojoules * 1e-12).toBeCloseTo(synapse, 18);
  expect(neuronUpdatePicojoules * 1e-12).toBeCloseTo(update, 18);
  expect(spiking).toBe(!['cpu', 'gpu', 'arm'].includes(name));
});

test('device charges a spiking device for executed operations and for neurons in every step', () => {
  const { layers, assumptions } = device('loihi').spiking(perceptron.counts, perceptron.snn);
  expect(layers.map(({ energyNanojoules }) => energyNanojoules)).toEqual([
    expect.closeTo(1387.52, 6), // 51,200 · 27.1 pJ
    expect.closeTo(13.55, 6), // 500 · 27.1 pJ
    expect.closeTo(41.472, 6), // 128 neurons · 4 steps · 81 pJ
  ]);
  expect(assumptions[0]).toContain('one synaptic operation');
});

test('device charges connections times the mean rate where it is told to count as KerasSpiking', () => {
  const model = device('loihi', { counting: 'meanRate', meanInput: 0.25 });
  const { layers, assumptions } = model.spiking(perceptron.counts, perceptron.snn);
  expect(layers[0].energyNanojoules).toBeCloseTo(100_352 * 0.25 * 4 * 0.0271, 6);
  expect(layers[1].energyNanojoules).toBeCloseTo(1280 * (50 / 128) * 0.0271, 9); // 50 spikes of 128 neurons
  expect(assumptions[0]).toContain('mean rate 0.25');
  // Borders are not corrected: 9 synapses for each of 16 outputs, of which 100 exist.
  const padded = network(
    input(4, 4, 1),
    conv('a', 'input', ones(3, 3, 1, 1)),
    neuron('n', 'a'),
    conv('b', 'n', ones(3, 3, 1, 1)),
  );
  const work = { spikes: { n: 8 }, accumulates: { a: 0, b: 50 }, multiplyAccumulates: { a: 100, b: 0 } };
  expect(model.spiking(counts(1, work), padded).layers[1].energyNanojoules).toBeCloseTo(144 * (8 / 16) * 0.0271, 9);
});

test('device computes every synapse in every step where the device is not spiking', () => {
  const { layers, assumptions } = device('gpu').spiking(perceptron.counts, perceptron.snn);
  expect(layers[1].energyNanojoules).toBeCloseTo(1280 * 4 * 0.3, 6);
  expect(assumptions[0]).toContain('every synapse');
});

test('device() and defineDevice() refuse unknown devices, negative and missing constants', () => {
  expect(() => device('abacus')).toThrow(
    new ReferenceError(
      "Cannot use device: it must be one of cpu, gpu, arm, loihi, spinnaker, spinnaker2 (or made by defineDevice): 'abacus'",
    ),
  );
  expect(() => device('toString')).toThrow(ReferenceError);
  const own = { synapticOperationPicojoules: 1, neuronUpdatePicojoules: 1, spiking: true };
  expect(() => defineDevice({ ...own, synapticOperationPicojoules: -1 })).toThrow(
    /Cannot use options of device: .*: 'synapticOperationPicojoules'/,
  );
  expect(() => defineDevice({ ...own, neuronUpdatePicojoules: Number.NaN })).toThrow(/'neuronUpdatePicojoules'/);
  expect(() => defineDevice()).toThrow(/'synapticOperationPicojoules'/);
  expect(() => device('cpu', { meanInput: -1 })).toThrow(/'meanInput'/);
  expect(() => device('cpu').dense(perceptron.ann, 65)).toThrow(/activation bits must be/);
});

test('a device is made again from its options', () => {
  const { options, role, name } = device('loihi');
  expect(defineDevice(options as never).options).toEqual(options);
  expect([role, name, options.device]).toEqual(['energy', 'device', 'loihi']);
});
