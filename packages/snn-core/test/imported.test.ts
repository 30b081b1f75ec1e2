import { type ImportedLayer, UnsupportedLayersError } from '@spikewright/snn-core';
import { expect, test } from 'vitest';

const layer = (name: string, kind: string, fate: ImportedLayer['fate'], why: string): ImportedLayer => ({
  name,
  kind,
  fate,
  why,
  nodes: [],
});

test('UnsupportedLayersError is a TypeError that names each unsupported layer, and holds all of them', () => {
  const layers = [
    layer('conv', 'Conv2D', 'kept', 'the same'),
    layer('lstm', 'LSTM', 'unsupported', 'it has a state of its own'),
    layer('drop', 'Dropout', 'dropped', 'it does nothing when a network is used'),
    layer('gelu', 'Activation', 'unsupported', 'train with relu'),
  ];
  const error = new UnsupportedLayersError(layers);
  expect(error).toBeInstanceOf(TypeError);
  expect(error.name).toBe('UnsupportedLayersError');
  expect(error.layers).toBe(layers);
  expect(error.message).toBe(
    "Cannot import: layer 'lstm' (LSTM): it has a state of its own; layer 'gelu' (Activation): train with relu",
  );
});
