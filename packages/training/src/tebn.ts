import type { Network, Neuron, Node, Tensor } from '@spikewright/snn-core';

/**
 * Gives every layer of neurons behind a batch normalisation a gain for each step, all 1, unless it has gains already: p of
 * temporal effective batch normalisation (Duan et al., NeurIPS 2022), read in
 * `ChaotengDuan/TEBN@8f82f6a306093faddeb87127aa432a66d65352ea`. There p has 4 values whatever T is; here T, as in
 * SpikingJelly. The figures of the paper's own tables are not verified.
 *
 * @throws TypeError if there is no such layer
 */
export function withGains(network: Network, steps: number): Network {
  const normalised = new Set(network.nodes.filter(({ op }) => op === 'batchNorm').map(({ name }) => name));
  const nodes = network.nodes.map((node) => (takesGains(node, normalised) ? { ...node, gains: ones(steps) } : node));
  if (!nodes.some((node) => node.op === 'neuron' && node.gains)) {
    throw new TypeError("Cannot train: tebn needs a 'neuron' that reads a 'batchNorm': none found");
  }
  return { ...network, nodes };
}

/**
 * Checks that gains last for all steps, and no longer.
 *
 * @throws RangeError naming the node
 */
export function checkGains(network: Network, steps: number): void {
  for (const node of network.nodes) {
    if (node.op !== 'neuron' || !node.gains || node.gains.data.length === steps) continue;
    const rule = `its gains must be those of ${steps} steps`;
    throw new RangeError(`Cannot train node '${node.name}': ${rule}: ${node.gains.data.length}`);
  }
}

const takesGains = (node: Node, normalised: ReadonlySet<string>): node is Neuron =>
  node.op === 'neuron' && !node.gains && normalised.has(node.inputs[0]);

const ones = (steps: number): Tensor => ({ shape: [steps], data: new Float32Array(steps).fill(1) });
