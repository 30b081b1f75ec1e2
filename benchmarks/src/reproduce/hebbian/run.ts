import { hebbianEngine } from '@spikewright/hebbian-tuner';
import type { Calibration } from '@spikewright/snn-core';
import { firstOf } from '../first-of.js';
import { readSetting, type Setting } from '../setting.js';
import { measureNetwork } from './measure.js';
import { BASELINES, delayed, STRONGEST, UNTUNED, VARIANTS, WEAKEST } from './methods.js';
import type { Trial } from './summarise.js';

/** Hears what is being done. */
export type Say = (what: string) => void;

/** How much is measured. */
export interface Extent {
  readonly images: number;
  /** For converters. */
  readonly calibration: number;
  /** The first of them, for tuners. */
  readonly tuning: number;
  readonly dynamicImages: number;
  readonly workers: number;
}

/** Measures every variant on every baseline with the images of one seed. */
export async function measureSeed(
  setting: Setting,
  { seed, tuning }: { readonly seed: number; readonly tuning: number },
  say: Say,
): Promise<Omit<Trial, 'images'>[]> {
  const { ann, calibration } = setting;
  const few: Calibration = { ...calibration, batches: () => firstOf(calibration.batches(), tuning) };
  const trials: Omit<Trial, 'images'>[] = [];
  for (const baseline of BASELINES) {
    const { name, steps, converter, delay } = baseline;
    const converted = delayed(await converter.convert(ann, calibration), delay);
    for (const variant of VARIANTS.filter(({ main }) => baseline.all || main)) {
      say(`seed ${seed}: ${name}: ${variant.name}`);
      const tuned = await variant.tune(converted, few, baseline.tuned);
      const measured = await measureNetwork(tuned, setting, { engine: calibration.engine, steps, seed });
      trials.push({ baseline, variant: variant.name, measured: [measured] });
    }
  }
  return trials;
}

/** Measures learning while the network runs: plain loops, so few images. Untuned on the same ones. */
export async function measureDynamic(extent: Extent, seed: number, say: Say): Promise<Trial[]> {
  const setting = await readSetting('mnist', { ...extent, seed, images: extent.dynamicImages });
  const engines = [
    { variant: UNTUNED, engine: setting.calibration.engine },
    { variant: 'H1 timing, dynamic', engine: hebbianEngine({ rule: 'timing' }) },
    { variant: 'H2 gain, dynamic', engine: hebbianEngine({ rule: 'gain' }) },
  ];
  const trials: Trial[] = [];
  for (const baseline of BASELINES.filter(({ name }) => name === WEAKEST || name === STRONGEST)) {
    const network = await baseline.converter.convert(setting.ann, setting.calibration);
    for (const { variant, engine } of engines) {
      say(`dynamic: ${baseline.name}: ${variant}`);
      const measured = [await measureNetwork(network, setting, { engine, steps: baseline.steps, seed })];
      trials.push({ baseline, variant, images: extent.dynamicImages, measured });
    }
  }
  return trials;
}
