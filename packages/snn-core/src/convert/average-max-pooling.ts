import { withNotes } from '../network/graph.js';
import type { Node } from '../network/network.js';
import { definePlugin, type PluginFactory } from '../plugin/define-plugin.js';
import { type NoOptions, noOptions } from '../plugin/options.js';
import type { Converter } from '../plugin/roles.js';

/**
 * Puts average pooling in the place of max pooling, which has no exact spiking form, and notes each node it changed. The
 * network then computes something it was not trained for: compare its accuracy. Comes before a converter:
 * `chain(averageMaxPooling(), norm())`.
 */
export const averageMaxPooling: PluginFactory<Converter, NoOptions> = definePlugin({
  role: 'converter',
  name: 'average-max-pooling',
  options: noOptions,
  create: () => ({
    convert: async (network) => {
      const nodes = network.nodes.map((node): Node => (node.op === 'maxPool2d' ? { ...node, op: 'avgPool2d' } : node));
      const notes = network.nodes
        .filter(({ op }) => op === 'maxPool2d')
        .map(({ name }) => `max pooling '${name}' became average pooling, which the ANN was not trained with`);
      return withNotes({ ...network, nodes }, ...notes);
    },
  }),
});
