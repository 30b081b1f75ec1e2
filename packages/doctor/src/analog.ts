import { type Network, type Neuron, type Node, rewriteNodes, type Tensor } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';
import { type Layer, lambdaAt, thresholdAt } from './layers.js';

/**
 * The ANN that a spiking network stands for: each neuron becomes the rate it would have without rounding and time,
 * `f(λ I / θ) / λ` with the activation f that it took the place of, and `max(0, I) / θ` where it took none. Where the
 * conversion is right, these rates are the ANN's activations divided by λ, exactly.
 *
 * @throws TypeError for thresholds of single neurons
 */
export function analog(ann: Network, snn: Network, layers: readonly Layer[]): Network {
  const known = new Map(layers.map((layer) => [layer.name, layer]));
  const activations = new Map(ann.nodes.filter(isActivation).map((node) => [node.name, node]));
  return rewriteNodes(snn, (node): Node[] => {
    if (node.op !== 'neuron') return [node];
    requireChannels(node);
    const { name, inputs } = node;
    const layer = known.get(name);
    if (!layer)
      return [
        { op: 'relu', name: `${name}/positive`, inputs },
        { op: 'scale', name, inputs: [`${name}/positive`], factor: inverse(node.threshold) },
      ];
    const byChannel = (value: (channel: number) => number): Tensor => ({
      shape: [layer.channels],
      data: Float32Array.from({ length: layer.channels }, (_, channel) => value(channel)),
    });
    const [activation, unit] = [`${name}/activation`, `${name}/current`];
    return [
      { op: 'scale', name: unit, inputs, factor: byChannel((c) => lambdaAt(layer, c) / thresholdAt(layer, c)) },
      { ...activations.get(name)!, name: activation, inputs: [unit] },
      { op: 'scale', name, inputs: [activation], factor: byChannel((c) => 1 / lambdaAt(layer, c)) },
    ];
  });
}

function requireChannels({ name, threshold: { shape } }: Neuron): void {
  if (shape.length <= 1) return;
  throw new TypeError(`Cannot diagnose node '${name}': θ must be one value or one a channel: ${shape.join(' x ')}`);
}

const inverse = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((value) => 1 / value) });
