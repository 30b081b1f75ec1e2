import type { Calibration, Network } from '@spikewright/snn-core';
import { withSelfCheck } from '@spikewright/snn-core/convert';

/** Gives all neurons of a spiking network the fewest and most spikes of a step, and checks that its answers stay. */
export async function withLevels(
  network: Network,
  levels: readonly [min: number, max: number],
  calibration: Calibration,
  converter: string,
): Promise<Network> {
  if (!network.nodes.some(({ op }) => op === 'neuron')) {
    throw new TypeError('Cannot change neurons: the network must have some (put a converter first): none found');
  }
  const nodes = network.nodes.map((node) => (node.op === 'neuron' ? { ...node, levels } : node));
  return withSelfCheck(network, { ...network, nodes }, calibration, converter);
}
