import { conversionOutlook } from '@spikewright/doctor';
import type { Imported } from '@spikewright/snn-core';
import { count, type Table } from '../run/table.js';

/** What `spikewright inspect` shows: what reading made of each layer, and what conversion will make of each node. */
export function inspection({ network, layers }: Imported): Table[] {
  return [...(layers.length > 0 ? [layerTable(layers)] : []), nodeTable(network)];
}

/** What a reader made of each layer of a file. */
export const layerTable = (layers: Imported['layers']): Table => ({
  title: 'Layers of the file',
  head: ['layer', 'type', 'when read', 'why', 'nodes'],
  rows: layers.map(({ name, kind, fate, why, nodes }) => [name, kind, fate, why, nodes.join(', ')]),
});

function nodeTable(network: Imported['network']): Table {
  const nodes = conversionOutlook(network);
  const sum = (field: 'parameters' | 'multiplyAccumulates'): string =>
    count(nodes.reduce((total, node) => total + node[field], 0));
  const rows = nodes.map(({ name, op, shape, parameters, multiplyAccumulates, fate, why }) => [
    name,
    op,
    shape.join(' x '),
    parameters === 0 ? '' : count(parameters),
    multiplyAccumulates === 0 ? '' : count(multiplyAccumulates),
    fate,
    why,
  ]);
  return {
    title: 'Nodes of the network',
    head: ['node', 'op', 'output', 'parameters', 'MACs', 'when converted', 'why'],
    rows: [...rows, ['all', '', '', sum('parameters'), sum('multiplyAccumulates'), '', '']],
  };
}
