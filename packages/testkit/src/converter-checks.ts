import { type Converter, type Engine, type Network, referenceEngine, type Tuner } from '@spikewright/snn-core';
import type { Check } from './check.js';
import { pluginChecks } from './plugin-checks.js';
import { rewriteChecks } from './rewrite-checks.js';
import { tinyNetworks } from './tiny-networks.js';
import { withNeurons } from './with-neurons.js';

/** What {@link converterChecks} and {@link tunerChecks} work with. */
export interface RewriteCheckOptions {
  /**
   * What plugins look with, and what their results run on.
   *
   * @defaultValue the reference engine of snn-core
   */
  readonly engine?: Engine;
  /**
   * The networks to be rewritten, by name.
   *
   * @defaultValue `tinyNetworks()`, for tuners with neurons
   */
  readonly networks?: Record<string, Network>;
}

/**
 * Checks that a converter changes nothing that it is given, does the same each time, and makes sound networks that run,
 * or refuses with a proper Error.
 */
export function converterChecks(converter: Converter, options: RewriteCheckOptions = {}): readonly Check[] {
  const { engine = referenceEngine(), networks = tinyNetworks() } = options;
  // Without its object, as a chain may call it.
  const { convert } = converter;
  return [...pluginChecks(converter), ...rewriteChecks('converts', convert, networks, engine)];
}

/** Checks of a tuner what {@link converterChecks} checks of a converter, on spiking networks. */
export function tunerChecks(tuner: Tuner, options: RewriteCheckOptions = {}): readonly Check[] {
  const { engine = referenceEngine(), networks = tinySpikingNetworks() } = options;
  const { tune } = tuner;
  return [...pluginChecks(tuner), ...rewriteChecks('tunes', tune, networks, engine)];
}

function tinySpikingNetworks(): Record<string, Network> {
  // Max pooling has no spiking form.
  const { maxPool: _, ...able } = tinyNetworks();
  return Object.fromEntries(Object.entries(able).map(([name, ann]) => [name, withNeurons(ann, { threshold: 0.5 })]));
}
