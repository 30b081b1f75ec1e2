import {
  type Batch,
  checkBatch,
  checkRun,
  compileNetwork,
  direct,
  type Encoder,
  elements,
  type Network,
  neuronState,
  requireInteger,
  requireKnown,
  requireSpiking,
  stepNeurons,
} from '@spikewright/snn-core';
import type { Detail, RasterRecord, TracesRecord } from './results.js';

/** Which neurons are recorded, and how. */
export interface RecordOptions extends Detail {
  /** A neuron node. */
  readonly node: string;
  /** Places of neurons in the layer, from 0: 1 to 1000 of them. */
  readonly neurons: readonly number[];
  /** T, from 1 to 65,536. */
  readonly steps: number;
  /** @defaultValue direct() */
  readonly encoder?: Encoder;
  /** @defaultValue 0 */
  readonly seed?: number;
}

const KEYS = ['name', 'snn', 'node', 'neurons', 'steps', 'encoder', 'seed'];

/**
 * Records spikes and membrane potentials of some neurons for the first sample of a batch, by the reference arithmetic.
 *
 * @returns records for a results file; neurons are numbered in the raster by their order in `neurons`
 * @throws ReferenceError for a node that is no neuron, RangeError for neurons or steps out of range, TypeError for a
 * network that does not spike or a batch that does not fit
 */
export function recordNeurons(
  network: Network,
  batch: Batch,
  options: RecordOptions,
): { raster: RasterRecord; traces: TracesRecord } {
  requireKnown('record neurons', options, KEYS);
  const { name, snn, node, neurons, steps, encoder = direct(), seed = 0 } = options;
  const compiled = compileNetwork(network);
  requireSpiking(compiled);
  checkBatch(compiled, batch);
  checkRun({ steps, encoder, seed }, network);
  requireInteger('record neurons', 'the number of neurons', neurons.length, 1, 1000);
  const layer = compiled.neurons.get(node);
  if (!layer) throw new ReferenceError(`Cannot record neurons: the node must be a neuron of the network: '${node}'`);
  const most = elements(compiled.shapes.get(node)!) - 1;
  for (const neuron of neurons) requireInteger(`record neurons of '${node}'`, 'a neuron', neuron, 0, most);
  const threshold = layer.threshold.data;
  const spikes: [number, number][] = [];
  const potentials: number[][] = neurons.map(() => []);
  const look = play(network, batch, options);
  for (let step = 1; step <= steps; step++) {
    const state = look(step);
    for (const [place, neuron] of neurons.entries()) {
      for (let spike = Math.abs(state.spikes[neuron]); spike > 0; spike--) spikes.push([step, place]);
      potentials[place].push(state.potential[neuron] / threshold[neuron % threshold.length]);
    }
  }
  const detail = { name, snn, node, sample: batch.indices[0] };
  return {
    raster: { kind: 'raster', ...detail, steps, neurons: neurons.length, spikes },
    traces: {
      kind: 'traces',
      ...detail,
      traces: neurons.map((neuron, place) => ({ neuron, potentials: potentials[place] })),
    },
  };
}

/** Runs the first sample; the returned function takes the next step and shows the layer. */
function play(network: Network, batch: Batch, { node: shown, encoder = direct(), seed = 0 }: RecordOptions) {
  const { shapes, neurons, forward } = compileNetwork(network);
  const sizeOf = (name: string): number => elements(shapes.get(name)!);
  const states = new Map([...neurons].map(([name, node]) => [name, neuronState(node, sizeOf(name))]));
  const values = new Map(network.nodes.map(({ name }) => [name, new Float64Array(sizeOf(name))]));
  const encode = encoder.start(seed);
  return (step: number) => {
    for (const node of network.nodes) {
      const output = values.get(node.name)!;
      const inputs = node.inputs.map((name) => values.get(name)!);
      if (node.op === 'input') encode(batch.data.subarray(0, output.length), batch.indices[0], step, output);
      else if (node.op === 'neuron') {
        const state = states.get(node.name)!;
        stepNeurons(node, state, inputs[0]);
        output.set(state.spikes);
      } else forward.get(node.name)!(inputs, output, 1);
    }
    return states.get(shown)!;
  };
}
