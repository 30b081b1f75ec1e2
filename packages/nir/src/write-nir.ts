import { canonicalJson, compileNetwork, type Network, requireSpiking } from '@spikewright/snn-core';
import { skeleton } from './skeleton.js';
import { toGraph } from './to-graph.js';
import { writeFile } from './write/file.js';

/**
 * Writes a spiking network as a NIR file (HDF5). Kernels and flattened images are put into NIR's order, channels first.
 *
 * What NIR has no words for stands in metadata: how neurons are reset, at what they fire, where they start, and, for
 * `readNir`, everything that makes the network again bit for bit.
 *
 * @throws TypeError for a network without neurons, and, naming the node, for what NIR cannot say: activations of an ANN,
 * joined channels, one-sided padding, padding of means, a scale with bias
 */
export async function writeNir(network: Network): Promise<Uint8Array> {
  requireSpiking(compileNetwork(network));
  const graph = toGraph(network);
  return writeFile({ ...graph, metadata: new Map([['spikewright', canonicalJson(skeleton(network))]]) });
}
