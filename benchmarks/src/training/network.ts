import type { Network, Node, Tensor } from '@spikewright/snn-core';
import type { TrainingJob } from './job.js';

/** The network of a job, with weights of 0. */
export function networkOf({ name, input, layers, classes, bound, levels }: TrainingJob): Network {
  const nodes: Node[] = [{ op: 'input', name: 'input', inputs: [], shape: [...input] }];
  let [height, width, channels] = input;
  const add = (node: Node): void => void nodes.push(node);
  const last = (): string[] => [nodes[nodes.length - 1].name];
  for (const [place, layer] of layers.entries()) {
    if (layer === 'pool') {
      add({ op: 'avgPool2d', name: `pool${place}`, inputs: last(), size: [2, 2], strides: [2, 2], padding: 'valid' });
      [height, width] = [Math.floor(height / 2), Math.floor(width / 2)];
      continue;
    }
    add({
      ...{ op: 'conv2d', name: `conv${place}`, inputs: last(), kernel: filled([3, 3, channels, layer], 0) },
      ...{ strides: [1, 1], padding: 'same', dilation: [1, 1], groups: 1 },
    });
    add({ op: 'batchNorm', name: `norm${place}`, inputs: last(), ...identity(layer), epsilon: 1e-5 });
    add({ op: 'qcfs', name: `qcfs${place}`, inputs: last(), lambda: bound, levels });
    channels = layer;
  }
  add({ op: 'flatten', name: 'flatten', inputs: last() });
  const kernel = filled([height * width * channels, classes], 0);
  add({ op: 'dense', name: 'scores', inputs: last(), kernel, bias: filled([classes], 0) });
  return { format: 1, nodes, meta: { name } };
}

const identity = (channels: number) => ({
  ...{ gamma: filled([channels], 1), beta: filled([channels], 0) },
  ...{ mean: filled([channels], 0), variance: filled([channels], 1) },
});

const filled = (shape: number[], value: number): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
});
