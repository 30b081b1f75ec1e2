import { direct, type Encoder, evaluate, type Network } from '@spikewright/snn-core';
import type { Setting } from './setting.js';

/** How one converted network answers over time, and what that costs. */
export interface Curve {
  /** The trained network. */
  readonly network: string;
  readonly method: string;
  /** How many test images it was measured on; some methods are slow. */
  readonly images: number;
  /** Share of right answers after step 1, 2, ..., T; null where the executor shows no such step. */
  readonly accuracy: readonly (number | null)[];
  /** Spikes of a sample up to and including step 1, 2, ..., T. */
  readonly spikes: readonly number[];
  /** Additions at synapses of a sample up to and including step 1, 2, ..., T. */
  readonly synapticOperations: readonly number[];
  /** What the converters had to say. */
  readonly notes: readonly string[];
}

/** How a curve is measured. */
export interface Measure {
  readonly method: string;
  readonly steps: number;
  readonly seed: number;
  readonly encoder?: Encoder;
  /** Hears the share of images that are done, from 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** Runs a spiking network on the test images of a setting, on the setting's engine. */
export async function measureCurve(snn: Network, setting: Setting, measure: Measure): Promise<Curve> {
  const { method, steps, seed, encoder = direct(), onProgress } = measure;
  const program = await setting.calibration.engine.compile(snn);
  try {
    const { accuracy, workByStep } = await evaluate(program, setting.test(), {
      steps,
      encoder,
      seed,
      onProgress: (samples) => onProgress(samples / setting.images),
    });
    return {
      network: setting.name,
      method,
      images: setting.images,
      accuracy,
      spikes: runningSum(workByStep.map(({ spikes }) => spikes)),
      synapticOperations: runningSum(workByStep.map(({ accumulates }) => accumulates)),
      notes: snn.meta.notes ?? [],
    };
  } finally {
    program.dispose();
  }
}

function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return Math.round(sum);
  });
}
