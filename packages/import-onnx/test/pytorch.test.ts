import { wasmEngine } from '@spikewright/engine-wasm';
import { readOnnx } from '@spikewright/import-onnx';
import { referenceEngine } from '@spikewright/snn-core';
import { describe, expect, test } from 'vitest';
import { channelsLast, fixture } from './fixture.js';

const EXPORTED = [
  'plain',
  'plain-opset9',
  'residual',
  'residual-opset13',
  'pools',
  'pools-opset10',
  'curves',
  'curves-opset11',
  'shortcut',
  'shortcut-opset12',
];

describe('readOnnx() gives networks that compute what the file computes', () => {
  test.each([...EXPORTED, 'channels-last', 'number-types'])('%s', async (name) => {
    const { network, layers } = await readOnnx(fixture(`${name}.onnx`));
    const { shape, input, output } = JSON.parse(new TextDecoder().decode(fixture(`${name}.json`)));
    const data = EXPORTED.includes(name) ? channelsLast(input, shape[1]) : Float32Array.from(input);
    for (const engine of [referenceEngine(), wasmEngine()]) {
      const program = await engine.compile(network);
      const found = await program.infer({ size: 1, data, indices: Uint32Array.of(0) });
      expect(found.length).toBe(output.length);
      const worst = Math.max(...output.map((value: number, i: number) => Math.abs(value - found[i])));
      expect(worst, engine.name).toBeLessThan(1e-5);
      program.dispose();
    }
    // Every layer says what became of it, and names nodes that exist.
    const names = network.nodes.map((node) => node.name);
    expect(layers.every(({ why }) => why.length > 0)).toBe(true);
    expect(layers.flatMap(({ nodes }) => nodes).filter((node) => !names.includes(node))).toEqual([]);
    const standing = new Set(layers.flatMap(({ nodes }) => nodes));
    expect(names.slice(1).filter((node) => !standing.has(node))).toEqual([]);
  });
});

test('readOnnx() lists what became of the layers of a network with input normalisation', async () => {
  const { layers } = await readOnnx(fixture('residual-opset13.onnx'));
  const fates = layers.map(({ kind, fate }) => `${kind} ${fate}`);
  expect(fates.slice(0, 5)).toEqual(['Sub kept', 'Div folded', 'Conv kept', 'BatchNormalization kept', 'Relu kept']);
});
