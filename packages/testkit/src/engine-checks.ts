import { type Engine, type Network, referenceEngine } from '@spikewright/snn-core';
import type { Check } from './check.js';
import { inferChecks } from './infer-checks.js';
import { refusalChecks } from './refusal-checks.js';
import { independenceChecks, meaningChecks } from './run-checks.js';
import { tinyNetworks } from './tiny-networks.js';
import { withNeurons } from './with-neurons.js';

/**
 * Checks that an engine gives what the reference engine gives: the same spikes and operations in every step, and close scores,
 * for every topology and every kind of neuron; and that samples do not depend on one another.
 *
 * @param reference - the engine to compare with; snn-core's own if left out
 */
export function engineChecks(engine: Engine, reference: Engine = referenceEngine()): readonly Check[] {
  const anns = tinyNetworks();
  return [
    ...meaningChecks(engine, reference, anns),
    ...independenceChecks(engine, spikingNetworks(anns)),
    ...inferChecks(engine, reference, anns),
    ...refusalChecks(engine, anns.chain, withNeurons(anns.chain)),
  ];
}

/** Three that have, between them, all ways for samples to get mixed up. */
function spikingNetworks({ chain, residualIdentity, concat }: Record<string, Network>): Network[] {
  return [
    withNeurons(chain),
    withNeurons(residualIdentity, { levels: [-1, 1], leak: 0.5 }),
    withNeurons(concat, { reset: 'zero', threshold: [0.5, 1] }),
  ];
}
