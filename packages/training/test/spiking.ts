import { type Batch, type Encoder, type Network, type Neuron, referenceEngine } from '@spikewright/snn-core';
import { type Regularizer, type SpikingResponse, type SpikingTrainOptions, trainSpiking } from '@spikewright/training';
import { type Scalar, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { convolutional, filled } from './tiny.js';

/** A layer of leaky neurons as TET trains them, in the place of a node. */
export const lif = (name: string, input: string, changes: Partial<Neuron> = {}): Neuron => ({
  op: 'neuron',
  name,
  inputs: [input],
  threshold: filled([], 1),
  initial: filled([], 0),
  reset: 'zero',
  fires: '>',
  leak: 0.5,
  levels: [0, 1],
  ...changes,
});

/** A convolution with batch normalisation and leaky neurons, to some classes. */
export function spikingConvolution(side: number, channels: number, classes: number): Network {
  const ann = convolutional(side, channels, classes);
  const nodes = ann.nodes.map((node) => {
    if (node.op === 'relu') return lif('lif', 'norm');
    return node.name === 'pool' ? { ...node, inputs: ['lif'] } : node;
  });
  return { ...ann, nodes };
}

/** A regularizer that only looks. */
export const spy = (look: (response: SpikingResponse) => void): Regularizer<SpikingResponse> => ({
  role: 'regularizer',
  spec: 1,
  name: 'spy',
  options: {},
  penalty: (response) => {
    look(response);
    return scalar(0);
  },
});

/** A regularizer whose penalty is of our choice. */
export const chosen = (penalty: (response: SpikingResponse) => Scalar): Regularizer<SpikingResponse> => ({
  ...spy(() => undefined),
  penalty,
});

/** The spikes of each sample in the forward pass of training, a text for each, in no order. */
export async function spikesInTraining(
  network: Network,
  data: Batch,
  options: SpikingTrainOptions,
  encoder?: Encoder,
): Promise<string[]> {
  let rows: string[] = [];
  const look = ({ spikes }: SpikingResponse): void => {
    rows = Array.from({ length: data.size }, () => '');
    for (const [name, tensor] of Object.entries(spikes)) addRows(rows, name, tensor);
  };
  const once = { epochs: 1, batchSize: data.size, ...options };
  await trainSpiking(network, data, once, { regularizers: [spy(look)], ...(encoder && { encoder }) });
  return rows.sort();
}

function addRows(rows: string[], name: string, tensor: Tensor): void {
  const [steps, batch] = tensor.shape;
  const values = tensor.dataSync();
  const length = values.length / steps / batch;
  for (let step = 0; step < steps; step++) {
    for (let row = 0; row < batch; row++) {
      const from = (step * batch + row) * length;
      rows[row] += `${name} ${values.slice(from, from + length).join('')} `;
    }
  }
}

/** The same by the reference engine. */
export async function spikesOfEngine(
  network: Network,
  data: Batch,
  steps: number,
  encoder: Encoder,
  seed = 0,
): Promise<string[]> {
  const program = await referenceEngine().compile(network);
  const layers = network.nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
  const seen = Array.from({ length: data.size }, () => layers.map(() => ''));
  for await (const frame of program.run(data, { steps, encoder, seed })) {
    for (let row = 0; row < frame.rows; row++) {
      layers.forEach((name, layer) => {
        seen[frame.sampleOf(row)][layer] += `${name} ${frame.spikes(name, row).join('')} `;
      });
    }
  }
  return seen.map((texts) => texts.join('')).sort();
}
