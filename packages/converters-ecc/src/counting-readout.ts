import { type Network, upTo } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';

/** Ends a network in an activation, whose neurons will count the scores. A last softmax goes. */
export function countingReadout(network: Network): Network {
  const last = network.nodes.at(-1)!;
  const body = last.op === 'softmax' ? upTo(network, last.inputs[0]) : network;
  const readout = body.nodes.at(-1)!;
  if (isActivation(readout)) return body;
  return { ...body, nodes: [...body.nodes, { op: 'relu', name: `${readout.name}/count`, inputs: [readout.name] }] };
}
