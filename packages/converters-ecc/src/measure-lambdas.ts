import type { Calibration, Network } from '@spikewright/snn-core';
import {
  type ActivationStatistics,
  activationStatistics,
  type CompletedLambdas,
  completeLambdas,
  type Histogram,
  isActivation,
} from '@spikewright/snn-core/convert';
import { sharedUnits } from './shared-units.js';

/** How λ is measured. */
export interface Measurement {
  readonly percentile: number;
  readonly scope: 'layer' | 'channel';
}

/**
 * Measures λ: a percentile of each activation's values above 0, or of the sums that it shares its unit with. By channel, one
 * that was never active takes the layer's λ.
 */
export async function measureLambdas(
  network: Network,
  calibration: Calibration,
  { percentile, scope }: Measurement,
): Promise<CompletedLambdas> {
  const activations = network.nodes.filter(isActivation);
  const shared = sharedUnits(network);
  const names = new Set([...activations.map(({ name }) => name), ...[...shared.values()].flat()]);
  const statistics = await activationStatistics(network, [...names], calibration);
  const measured = new Map<string, readonly number[]>();
  for (const node of activations) {
    const own = statistics.get(node.name)!;
    const sums = (shared.get(node.name) ?? []).map((name) => statistics.get(name)!);
    // Concatenation between an activation and its sum leaves no channel of the one for a channel of the other.
    const byChannel = scope === 'channel' && sums.every(({ channels }) => channels.length === own.channels.length);
    const measure = (histogramOf: (of: ActivationStatistics) => Histogram): number =>
      Math.max(0, ...sums.map((sum) => histogramOf(sum).percentile(percentile))) ||
      histogramOf(own).percentile(percentile);
    const layer = measure((of) => of.layer);
    measured.set(
      node.name,
      byChannel ? own.channels.map((_, c) => measure(({ channels }) => channels[c]) || layer) : [layer],
    );
  }
  // The unit of a bounded activation can be no larger than its bound: beyond it neurons must not fire faster.
  return completeLambdas(network, measured, 'ecc');
}
