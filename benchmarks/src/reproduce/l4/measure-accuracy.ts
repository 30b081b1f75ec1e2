import { chain, evaluateAnn, type Network, poisson } from '@spikewright/snn-core';
import { type Curve, measureCurve } from '../curve.js';
import { interval95 } from '../interval.js';
import type { Setting } from '../setting.js';
import { adjustments, baselines, byChannel, type Named } from './methods.js';
import type { AccuracyRow } from './results.js';

/** Steps that are shown. */
export const STEPS: readonly number[] = [4, 8, 16, 32, 64];

/** Hears what is being measured, and how much of all is done, from 0 to 1. */
export type Say = (what: string, share: number) => void;

/** Measures every adjustment before every baseline under Poisson input, with each seed. */
export async function measureAccuracy(setting: Setting, seeds: readonly number[], say: Say): Promise<AccuracyRow[]> {
  const combinations = [
    ...baselines.flatMap((baseline) => adjustments.map((adjustment) => ({ adjustment, baseline }))),
    { adjustment: adjustments[0], baseline: byChannel },
  ];
  const rows: AccuracyRow[] = [];
  for (const [place, { adjustment, baseline }] of combinations.entries()) {
    say(`${adjustment.name}, ${baseline.name}`, place / combinations.length);
    rows.push({
      adjustment: adjustment.name,
      baseline: baseline.name,
      ...(await measure(setting, adjustment, baseline, seeds)),
    });
  }
  return rows;
}

async function measure(setting: Setting, { converter }: Named, baseline: Named, seeds: readonly number[]) {
  const { ann, calibration } = setting;
  const adjusted = await converter.convert(ann, calibration);
  const snn = await chain(baseline.converter).convert(adjusted, calibration);
  const steps = STEPS[STEPS.length - 1];
  const curves: Curve[] = [];
  for (const seed of seeds) {
    const plan = { method: '', steps, seed, encoder: poisson(), onProgress: () => undefined };
    curves.push(await measureCurve(snn, setting, plan));
  }
  return {
    annAccuracy: await accuracyOf(adjusted, setting),
    checkpoints: STEPS.map((step) => {
      const accuracy = curves.map((curve) => Number(curve.accuracy[step - 1]));
      return { step, accuracy, interval: interval95(accuracy) };
    }),
    spikes: Math.round(curves.reduce((sum, { spikes }) => sum + spikes[steps - 1], 0) / curves.length),
    notes: snn.meta.notes ?? [],
  };
}

async function accuracyOf(ann: Network, { calibration, test }: Setting): Promise<number> {
  const program = await calibration.engine.compile(ann);
  const { accuracy } = await evaluateAnn(program, test());
  program.dispose();
  return accuracy;
}
