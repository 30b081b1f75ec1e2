import {
  type Batch,
  type Compiled,
  checkBatch,
  checkRun,
  compileNetwork,
  denseOperations,
  direct,
  type Encode,
  type Encoder,
  elements,
  type Network,
  type NeuronState,
  neuronState,
  requireKnown,
  resetNeurons,
  stepNeurons,
} from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';
import { type StaticCounts, staticCounts } from './static-counts.js';
import { type Tally, tally, type WorkloadCounts } from './workload-counts.js';

/** How `neuroBench` runs a network. */
export interface NeuroBenchOptions {
  /**
   * T, from 1 to 65,536. An ANN takes one pass a step.
   *
   * @defaultValue 1
   */
  readonly steps?: number;
  /** @defaultValue direct() */
  readonly encoder?: Encoder;
  /** @defaultValue 0 */
  readonly seed?: number;
}

/** The metrics of NeuroBench, by its definitions. Plain JSON. */
export interface NeuroBenchReport extends StaticCounts, WorkloadCounts {
  readonly samples: number;
  readonly steps: number;
}

/**
 * E1: measures a network by the definitions of NeuroBench (Yik et al., 2025; its package 2.3), which differ from this
 * project's own: connections are conv2d and dense only, pooling comes before them, and an input is binary if all its
 * values in a step are -1, 0 or 1.
 *
 * Runs the samples one at a time with the arithmetic of the reference engine, because frames do not show potentials: it is
 * an instrument for some samples, not for a whole data set. NeuroBench decides between MACs and ACs for a whole batch;
 * this is its batch size of 1.
 *
 * @throws RangeError if there is no sample or step, TypeError for a batch that does not fit
 */
export async function neuroBench(
  network: Network,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: NeuroBenchOptions = {},
): Promise<NeuroBenchReport> {
  requireKnown('measure by NeuroBench', options, ['steps', 'encoder', 'seed']);
  const { steps = 1, encoder = direct(), seed = 0 } = options;
  checkRun({ steps, encoder, seed }, network);
  const compiled = compileNetwork(network);
  const run = start(compiled);
  const counts = tally(denseOperations(network));
  const encode = encoder.start(seed);
  for await (const batch of batches) {
    checkBatch(compiled, batch);
    for (let sample = 0; sample < batch.size; sample++) {
      counts.sample();
      for (const [name, node] of compiled.neurons) resetNeurons(node, run.states.get(name)!);
      for (let step = 1; step <= steps; step++) takeStep(compiled, run, { batch, sample, step, encode }, counts);
    }
  }
  const { samples } = counts;
  if (samples === 0)
    throw new RangeError('Cannot measure by NeuroBench: the data must hold at least 1 sample: 0 given');
  return { samples, steps, ...counts.report(), ...staticCounts(network) };
}

interface Run {
  readonly states: ReadonlyMap<string, NeuronState>;
  readonly outputs: ReadonlyMap<string, Float64Array | Int32Array>;
}

function start({ network, shapes, neurons }: Compiled): Run {
  const sizeOf = (name: string): number => elements(shapes.get(name)!);
  const states = new Map([...neurons].map(([name, node]) => [name, neuronState(node, sizeOf(name))]));
  const outputs = new Map(
    network.nodes.map(({ name }) => [name, states.get(name)?.spikes ?? new Float64Array(sizeOf(name))]),
  );
  return { states, outputs };
}

interface Moment {
  readonly batch: Batch;
  readonly sample: number;
  readonly step: number;
  readonly encode: Encode;
}

function takeStep(compiled: Compiled, { states, outputs }: Run, moment: Moment, counts: Tally): void {
  const { batch, sample, step, encode } = moment;
  for (const node of compiled.network.nodes) {
    const output = outputs.get(node.name)!;
    const inputs = node.inputs.map((name) => outputs.get(name)!);
    if (node.op === 'input') {
      const image = batch.data.subarray(sample * output.length, (sample + 1) * output.length);
      encode(image, batch.indices[sample], step, output as Float64Array);
    } else if (node.op === 'neuron') {
      const state = states.get(node.name)!;
      const before = state.potential.slice();
      stepNeurons(node, state, inputs[0]);
      counts.potentials(before, state.potential, step);
    } else {
      compiled.forward.get(node.name)!(inputs, output as Float64Array, 1);
    }
    if (node.op === 'conv2d' || node.op === 'dense')
      counts.connection(node.name, inputs[0], compiled.connections.get(node.name)!.fanOut);
    if (node.op === 'neuron' || isActivation(node)) counts.activation(node.name, output);
  }
}
