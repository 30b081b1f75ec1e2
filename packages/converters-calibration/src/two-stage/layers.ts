import {
  type Batch,
  type Compiled,
  elements,
  type Frame,
  type NeuronState,
  type Node,
  neuronState,
  type Operations,
  type RunOptions,
  stepNeurons,
} from '@spikewright/snn-core';

/** What nodes put out in a step. */
export type Outputs = ReadonlyMap<string, Float64Array>;

/** The layers of a network at work on one sample. */
export interface Layers {
  readonly nodes: readonly Node[];
  readonly states: ReadonlyMap<string, NeuronState>;
  /** How many values a node puts out. */
  size(node: string): number;
  /** What a node puts out in a step; neurons move on. */
  compute(node: Node, outputs: Outputs, step: number): Float64Array;
  /** Takes a step with all nodes; `send` may change what neurons send. */
  step(step: number, send?: (layer: string, spikes: Float64Array) => void): Outputs;
}

/** A frame, before the engine says how it is stopped. */
export type Shown = Omit<Frame, 'stop'>;

/** Runs one sample; shows its frames. */
export type RunSample = (
  compiled: Compiled,
  batch: Batch,
  sample: number,
  options: RunOptions,
  first: number,
) => Iterable<Shown>;

/** Makes the layers of a network ready for one sample. */
export function makeLayers(
  { network, neurons, shapes, forward }: Compiled,
  batch: Batch,
  sample: number,
  { encoder, seed }: RunOptions,
): Layers {
  const { nodes } = network;
  const encode = encoder.start(seed);
  const size = (name: string): number => elements(shapes.get(name)!);
  const states = new Map([...neurons].map(([name, node]) => [name, neuronState(node, size(name))]));
  const compute = (node: Node, outputs: Outputs, step: number): Float64Array => {
    const output = new Float64Array(size(node.name));
    const inputs = node.inputs.map((name) => outputs.get(name)!);
    if (node.op === 'input') {
      const image = batch.data.subarray(sample * output.length, (sample + 1) * output.length);
      encode(image, batch.indices[sample], step, output);
    } else if (node.op === 'neuron') {
      const state = states.get(node.name)!;
      stepNeurons(node, state, inputs[0]);
      output.set(state.spikes);
    } else forward.get(node.name)!(inputs, output, 1);
    return output;
  };
  return {
    nodes,
    states,
    size,
    compute,
    step: (step, send) => {
      const outputs = new Map<string, Float64Array>();
      for (const node of nodes) {
        const output = compute(node, outputs, step);
        if (node.op === 'neuron') send?.(node.name, output);
        outputs.set(node.name, output);
      }
      return outputs;
    },
  };
}

/** Adds the values of a step to sums. */
export function addTo(sums: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += values[i];
}

/** What is shown of a step of one sample. */
export function frameOf(
  { sample, step, scores }: { readonly sample: number; readonly step: number; readonly scores: Float64Array },
  outputs: Outputs,
  neurons: Compiled['neurons'],
  operations: (node: string) => Operations,
): Shown {
  return {
    rows: 1,
    sampleOf: () => sample,
    stepOf: () => step,
    scores: () => scores,
    spikes: (node) => {
      if (!neurons.has(node)) throw new ReferenceError(`Cannot show spikes: the node must be a neuron: '${node}'`);
      return Int32Array.from(outputs.get(node)!);
    },
    operations,
  };
}
