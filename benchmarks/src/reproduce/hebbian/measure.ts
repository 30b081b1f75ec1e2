import { arithmetic } from '@spikewright/energy-metrics';
import { direct, type Engine, evaluate, type Network } from '@spikewright/snn-core';
import type { Setting } from '../setting.js';
import { firstReached, reachedForGood, runningSums } from './latency.js';
import type { Reached, SeedRun } from './results.js';

/** What a run gives: its summary, and the curve that is averaged over seeds. */
export interface Measured {
  readonly run: SeedRun;
  readonly accuracy: readonly number[];
}

/** Runs a network on the test images of a setting and sees when it comes near the ANN. */
export async function measureNetwork(
  network: Network,
  setting: Setting,
  { engine, steps, seed }: { readonly engine: Engine; readonly steps: number; readonly seed: number },
): Promise<Measured> {
  const program = await engine.compile(network);
  try {
    const evaluation = await evaluate(program, setting.test(), { steps, encoder: direct(), seed });
    const accuracy = evaluation.accuracy.map(Number);
    const { multiplyPicojoules, addPicojoules } = arithmetic.float32;
    const energy = runningSums(
      evaluation.workByStep.map(
        ({ accumulates, multiplyAccumulates }) =>
          (accumulates * addPicojoules + multiplyAccumulates * (multiplyPicojoules + addPicojoules)) / 1000,
      ),
    );
    const reached = (share: number): Reached => {
      const wanted = share * setting.accuracy;
      const step = firstReached(accuracy, wanted);
      return {
        step,
        stays: reachedForGood(accuracy, wanted),
        energyByStepNanojoules: step === null ? null : (energy[steps - 1] / steps) * step,
        energyNanojoules: step === null ? null : energy[step - 1],
      };
    };
    const notes = (network.meta.notes ?? []).filter((note) => note.startsWith('hebbian'));
    return { run: { seed, ann: setting.accuracy, at97: reached(0.97), at995: reached(0.995), notes }, accuracy };
  } finally {
    program.dispose();
  }
}
