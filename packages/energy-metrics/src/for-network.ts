import type { Network } from '@spikewright/snn-core';

/**
 * Keeps what a function works out of a network as long as the network lives. Networks are never changed, and going through
 * all weights takes far longer than an estimate.
 */
export function forNetwork<Value>(compute: (network: Network) => Value): (network: Network) => Value {
  const known = new WeakMap<Network, Value>();
  return (network) => {
    const value = known.get(network) ?? compute(network);
    known.set(network, value);
    return value;
  };
}
