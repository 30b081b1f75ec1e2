import { norm } from '@spikewright/converters-norm';
import {
  type Calibration,
  type Converter,
  chain,
  type Network,
  type Node,
  referenceEngine,
} from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { catalogue, type Listed } from './catalogue.js';
import type { Table } from './table.js';

/** What each converter does with each kind of network, found out by trying. */
export interface Compatibility {
  /** A row for each kind of network, a column for each converter. */
  readonly table: Table;
  /** Why converters refuse, in the numbers of the table. */
  readonly reasons: readonly string[];
}

/** Kinds of networks whose activations can be any, by what is special about them. */
const TOPOLOGIES: Readonly<Record<string, string>> = {
  'dense layers': 'dense',
  'convolution, batch normalisation, average pooling': 'chain',
  'residual addition of spikes': 'residualIdentity',
  'residual addition through weights': 'residualProjection',
  concatenation: 'concat',
  'grouped convolution': 'grouped',
  'depthwise convolution': 'depthwise',
  'strides, any padding': 'explicitPadding',
  dilation: 'dilated',
  'overlapping average pooling': 'overlappingPool',
  'global average pooling': 'globalPool',
  'scale nodes': 'scale',
  'max pooling': 'maxPool',
};

const QCFS = { op: 'qcfs', lambda: 1, levels: 4 } as const;
const ACTIVATIONS = { relu: { op: 'relu' }, clip: { op: 'clip', lambda: 1 }, qcfs: QCFS } as const;

/** Tries every converter of the catalogue on every kind of network. */
export async function compatibility(): Promise<Compatibility> {
  const networks = tinyNetworks();
  const names = Object.keys(catalogue);
  const reasons: string[] = [];
  const cell = async (network: Network, listed: Listed): Promise<string> => {
    const reason = await refusal(network, listed);
    if (reason === undefined) return 'yes';
    if (!reasons.includes(reason)) reasons.push(reason);
    return `no (${reasons.indexOf(reason) + 1})`;
  };
  const rows: string[][] = [];
  for (const [activation, node] of Object.entries(ACTIVATIONS)) {
    const network = withActivations(networks.dense, node);
    rows.push([activation, ...(await eachOf(names, (name) => cell(network, catalogue[name])))]);
  }
  for (const [title, key] of Object.entries(TOPOLOGIES)) {
    rows.push([
      title,
      ...(await eachOf(names, (name) =>
        // QCFS takes the networks that were trained for it.
        cell(name === 'qcfs' ? withActivations(networks[key], QCFS) : networks[key], catalogue[name]),
      )),
    ]);
  }
  return { table: { title: 'What each converter takes', head: ['network', ...names], rows }, reasons };
}

async function eachOf(names: readonly string[], cell: (name: string) => Promise<string>): Promise<string[]> {
  const cells: string[] = [];
  for (const name of names) cells.push(await cell(name));
  return cells;
}

const withActivations = (network: Network, activation: (typeof ACTIVATIONS)[keyof typeof ACTIVATIONS]): Network => ({
  ...network,
  nodes: network.nodes.map((node): Node => (node.op === 'relu' ? { ...node, ...activation } : node)),
});

/** Why a converter refuses a network, the name of the node left out; undefined if it does not. */
async function refusal(network: Network, { makes, make }: Listed): Promise<string | undefined> {
  const batch = tinyBatch(network, 4);
  const calibration: Calibration = {
    engine: referenceEngine(),
    batches: async function* () {
      yield batch;
    },
  };
  const converter: Converter = makes === 'change' ? chain(norm(), make()) : make();
  try {
    await converter.convert(network, calibration);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message.replace(/ node '[^']*'/, '');
  }
}
