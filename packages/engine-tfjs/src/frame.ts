import type { Compiled, Encoder, Frame, Operations } from '@spikewright/snn-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A sample under way. */
export interface Row {
  /** Its place in the batch. */
  readonly sample: number;
  readonly scores: Float64Array;
  stopped: boolean;
}

/** What frames are read from. */
export interface Shown {
  readonly compiled: Compiled;
  readonly encoder: Encoder;
  readonly rows: readonly Row[];
  /** The step that all rows have just taken, from 1. */
  readonly step: number;
  /** What a node has put out, row after row; of a neuron the spikes that left. */
  output(node: string): Float32Array;
}

/** The outputs of a step, by node. */
type Outputs = Readonly<Record<string, Tensor>>;

/** Reads outputs from the back end, each tensor once. */
export interface Reader {
  /** Reads what has been asked for before, in this step or an earlier one, without making others wait. */
  ahead(outputs: Outputs): Promise<unknown>;
  now(outputs: Outputs, node: string): Float32Array;
}

/**
 * Makes a reader that knows what it has read for as long as the tensors last.
 *
 * @param nodes - whose outputs will be asked for
 */
export function reader(nodes: Iterable<string>): Reader {
  const known = new WeakMap<Tensor, Float32Array>();
  const wanted = new Set(nodes);
  return {
    ahead: (outputs) =>
      Promise.all(
        [...wanted].map(async (name) => {
          const tensor = outputs[name];
          if (!known.has(tensor)) known.set(tensor, await tensor.data<'float32'>());
        }),
      ),
    now: (outputs, name) => {
      const tensor = outputs[name];
      wanted.add(name);
      const values = known.get(tensor) ?? tensor.dataSync<'float32'>();
      known.set(tensor, values);
      return values;
    },
  };
}

/** Shows a step; spikes and work are read when asked for. */
export function frameOf(shown: Shown): Frame {
  const { rows, step } = shown;
  return {
    rows: rows.length,
    sampleOf: (row) => rows[row].sample,
    stepOf: () => step,
    scores: (row) => rows[row].scores,
    spikes: (node, row) => Int32Array.from(spikesOf(shown, node, row)),
    spikeCount: (node, row) => spikesOf(shown, node, row).reduce((sum, spike) => sum + Math.abs(spike), 0),
    operations: (node, row) => operationsOf(shown, node, row),
    stop: (row) => {
      rows[row].stopped = true;
    },
  };
}

function outputOf({ output, rows }: Shown, node: string, row: number): Float32Array {
  const values = output(node);
  const length = values.length / rows.length;
  return values.subarray(row * length, (row + 1) * length);
}

function spikesOf(shown: Shown, node: string, row: number): Float32Array {
  if (!shown.compiled.neurons.has(node)) {
    throw new ReferenceError(`Cannot show spikes: the node must be a neuron of the network: '${node}'`);
  }
  return outputOf(shown, node, row);
}

/** Counts the work at a weighted node: additions if all that arrives are spikes, multiply-additions otherwise. */
function operationsOf(shown: Shown, name: string, row: number): Operations {
  const { compiled, encoder } = shown;
  const connection = compiled.connections.get(name);
  if (!connection) throw new ReferenceError(`Cannot count operations: the node must have weights: '${name}'`);
  const { node, fanOut, sources } = connection;
  const sent = (from: string): Float32Array => outputOf(shown, from, row);
  const spiking = (from: string): boolean =>
    compiled.neurons.has(from) || (from === compiled.input.name && encoder.output === 'spikes');
  if (sources.every((source) => spiking(source.node))) {
    const accumulates = sources.reduce((sum, source) => sum + reached(sent(source.node), source.fanOut, Math.abs), 0);
    return { accumulates, multiplyAccumulates: 0 };
  }
  return { accumulates: 0, multiplyAccumulates: reached(sent(node.inputs[0]), fanOut, (value) => Number(value !== 0)) };
}

/** How many synapses the events of all values reach. */
function reached(values: Float32Array, fanOut: Float64Array, events: (value: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += events(values[i]) * fanOut[i];
  return sum;
}
