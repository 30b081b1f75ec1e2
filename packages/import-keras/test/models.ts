import { readTfjs } from '@spikewright/import-keras';
import type { Imported } from '@spikewright/snn-core';

/** Weights by name: sizes, then values. */
export type Weights = Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[]]>>;

/** A layer as Keras 2 and TensorFlow.js write it; `inputs` in graphs only. */
export function layer(kind: string, name: string, config: object = {}, inputs?: readonly string[]): object {
  const calls = inputs && { inbound_nodes: inputs.length > 0 ? [inputs.map((one) => [one, 0, 0, {}])] : [] };
  return { class_name: kind, name, config: { name, ...config }, ...calls };
}

export const input = (...shape: (number | null)[]): object =>
  layer('InputLayer', 'input', { batch_input_shape: [null, ...shape] }, []);

/** A chain of layers. */
export const chain = (...layers: object[]): object => ({ class_name: 'Sequential', config: { name: 'chain', layers } });

/** A graph of layers that reads `input` and ends with the given layers. */
export const graph = (outputs: readonly string[], ...layers: object[]): object => {
  const ends = { input_layers: [['input', 0, 0]], output_layers: outputs.map((name) => [name, 0, 0]) };
  return { class_name: 'Functional', config: { name: 'graph', layers, ...ends } };
};

/** Reads a model as TensorFlow.js would store it. */
export function read(model: object, weights: Weights = {}): Promise<Imported> {
  const entries = Object.entries(weights);
  const bytes = new Uint8Array(Float32Array.from(entries.flatMap(([, [, values]]) => values)).buffer);
  const specs = entries.map(([name, [shape]]) => ({ name, shape, dtype: 'float32' }));
  const weightsManifest = entries.length > 0 ? [{ paths: ['weights'], weights: specs }] : [];
  return readTfjs({ modelTopology: { model_config: model }, weightsManifest }, () => bytes);
}
