import {
  type Batch,
  checkBatch,
  compileNetwork,
  type Engine,
  elements,
  isWeighted,
  type Network,
  type Node,
  type Program,
  type Shape,
} from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';

/** Sees an activation of all samples of a batch, one sample after another, and changes it in place. */
export type AtActivation = (node: string, values: Float32Array) => void;

/** Passes of an ANN, one layer after the other, each with all samples of a batch. */
export interface LayerPasses {
  /** Computes all layers up to the last activation; each sees what `atActivation` made of those before it. */
  pass(batch: Batch, atActivation: AtActivation): Promise<void>;
  /** Frees what the engine holds. */
  dispose(): void;
}

/**
 * Makes an ANN ready for passes in which activations are changed on the way. Each node with weights is a network of its
 * own to the engine.
 */
export async function layerPasses(network: Network, engine: Engine): Promise<LayerPasses> {
  const compiled = compileNetwork(network);
  const shapeOf = (name: string): Shape => compiled.shapes.get(name)!;
  const nodes = network.nodes.slice(0, network.nodes.findLastIndex(isActivation) + 1);
  const lastReaders = new Map(nodes.flatMap((node) => node.inputs.map((input) => [input, node.name])));
  const programs = new Map<string, Program>();
  for (const node of nodes) {
    if (isWeighted(node)) programs.set(node.name, await engine.compile(alone(node, shapeOf(node.inputs[0]))));
  }
  const compute = async (node: Node, size: number, inputs: readonly Float32Array[]): Promise<Float32Array> => {
    const program = programs.get(node.name);
    if (program) return program.infer({ size, data: inputs[0], indices: new Uint32Array(size) });
    const length = elements(shapeOf(node.name));
    const values = new Float32Array(size * length);
    const output = new Float64Array(length);
    for (let sample = 0; sample < size; sample++) {
      const ofSample = inputs.map((input) => {
        const width = input.length / size;
        return input.subarray(sample * width, (sample + 1) * width);
      });
      compiled.forward.get(node.name)!(ofSample, output, 1);
      values.set(output, sample * length);
    }
    return values;
  };
  return {
    async pass(batch, atActivation) {
      checkBatch(compiled, batch);
      const outputs = new Map<string, Float32Array>([[compiled.input.name, batch.data]]);
      for (const node of nodes) {
        if (node.op === 'input') continue;
        const inputs = node.inputs.map((input) => outputs.get(input)!);
        const values = await compute(node, batch.size, inputs);
        if (isActivation(node)) atActivation(node.name, values);
        outputs.set(node.name, values);
        // What nobody reads any more is let go: a batch of activations is large.
        for (const input of node.inputs) if (lastReaders.get(input) === node.name) outputs.delete(input);
      }
    },
    dispose: () => {
      for (const program of programs.values()) program.dispose();
    },
  };
}

/** A node as a network. */
const alone = (node: Node, shape: Shape): Network => ({
  format: 1,
  nodes: [
    { op: 'input', name: 'input', inputs: [], shape },
    { ...node, name: 'output', inputs: ['input'] },
  ],
  meta: {},
});
