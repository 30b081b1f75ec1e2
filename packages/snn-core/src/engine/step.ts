import type { Encode } from '../plugin/roles.js';
import { type Compiled, countOperations, requireNeuron, sizeOf } from './compiled.js';
import type { Batch, Frame, RunOptions } from './engine.js';
import { loseSpikes } from './lose-spikes.js';
import { type NeuronState, neuronState, resetNeurons, stepNeurons } from './neuron.js';

/** A place for one sample at a time, with a clock of its own. */
interface Row {
  sample: number;
  step: number;
  done: boolean;
  readonly scores: Float64Array;
  readonly neurons: ReadonlyMap<string, NeuronState>;
  /** What each node has put out in this step; for a neuron its spikes, or what arrives of them. */
  readonly outputs: ReadonlyMap<string, Float64Array | Int32Array>;
}

/** Runs samples step by step, as hardware does; at most `places` of them at a time. */
export function* stepExecutor(compiled: Compiled, batch: Batch, options: RunOptions, places: number): Iterable<Frame> {
  const encode = options.encoder.start(options.seed);
  const constant = options.encoder.output === 'constant' ? constantNodes(compiled) : new Set<string>();
  const loses = (options.dropout ?? 0) > 0;
  const rows = Array.from({ length: Math.min(places, batch.size) }, (_, sample) => makeRow(compiled, sample, loses));
  let next = rows.length;
  while (rows.length > 0) {
    for (const row of rows) takeStep(compiled, row, batch, options, encode, constant);
    yield frameOf(compiled, rows, options);
    for (let place = rows.length - 1; place >= 0; place--) {
      const row = rows[place];
      if (!row.done && row.step < options.steps) continue;
      if (next < batch.size) restart(compiled, row, next++);
      else rows.splice(place, 1);
    }
  }
}

/** The nodes that constant input reaches without a neuron on the way: the same in every step. */
function constantNodes({ network }: Compiled): Set<string> {
  const constant = new Set<string>();
  for (const { op, name, inputs } of network.nodes) {
    if (op !== 'neuron' && inputs.every((input) => constant.has(input))) constant.add(name);
  }
  return constant;
}

function takeStep(
  compiled: Compiled,
  row: Row,
  batch: Batch,
  options: RunOptions,
  encode: Encode,
  constant: ReadonlySet<string>,
): void {
  row.step += 1;
  for (const [place, node] of compiled.network.nodes.entries()) {
    if (row.step > 1 && constant.has(node.name)) continue;
    const output = row.outputs.get(node.name)!;
    if (node.op === 'input') {
      const image = batch.data.subarray(row.sample * output.length, (row.sample + 1) * output.length);
      encode(image, batch.indices[row.sample], row.step, output as Float64Array);
    } else if (node.op === 'neuron') {
      const state = row.neurons.get(node.name)!;
      stepNeurons(node, state, row.outputs.get(node.inputs[0])!);
      if (output !== state.spikes) {
        const sample = batch.indices[row.sample];
        loseSpikes(state.spikes, output as Float64Array, options, { sample, step: row.step, node: place });
      }
    } else {
      const inputs = node.inputs.map((name) => row.outputs.get(name)!);
      compiled.forward.get(node.name)!(inputs, output as Float64Array, 1);
    }
  }
  const readout = row.outputs.get(compiled.readout.name)!;
  for (let i = 0; i < row.scores.length; i++) row.scores[i] += readout[i];
}

function makeRow(compiled: Compiled, sample: number, losesSpikes: boolean): Row {
  const neurons = new Map(
    [...compiled.neurons].map(([name, node]) => [name, neuronState(node, sizeOf(compiled, name))]),
  );
  const outputs = new Map(
    compiled.network.nodes.map(({ name }) => [
      name,
      (losesSpikes ? undefined : neurons.get(name)?.spikes) ?? new Float64Array(sizeOf(compiled, name)),
    ]),
  );
  return {
    sample,
    step: 0,
    done: false,
    scores: new Float64Array(sizeOf(compiled, compiled.readout.name)),
    neurons,
    outputs,
  };
}

function restart(compiled: Compiled, row: Row, sample: number): void {
  row.sample = sample;
  row.step = 0;
  row.done = false;
  row.scores.fill(0);
  for (const [name, node] of compiled.neurons) resetNeurons(node, row.neurons.get(name)!);
}

const emitted = ({ neurons, outputs }: Row, name: string): ArrayLike<number> =>
  neurons.get(name)?.spikes ?? outputs.get(name)!;

function frameOf(compiled: Compiled, rows: readonly Row[], { encoder }: RunOptions): Frame {
  return {
    rows: rows.length,
    sampleOf: (row) => rows[row].sample,
    stepOf: (row) => rows[row].step,
    scores: (row) => rows[row].scores,
    spikes: (node, row) => {
      requireNeuron(compiled, node);
      return rows[row].neurons.get(node)!.spikes;
    },
    operations: (node, row) => countOperations(compiled, node, { output: (name) => emitted(rows[row], name), encoder }),
    stop: (row) => {
      rows[row].done = true;
    },
  };
}
