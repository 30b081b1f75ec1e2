import { riskControlled, stopSteps } from '@spikewright/cutoff-conformal';
import type { CutoffPolicy, Recording } from '@spikewright/snn-core';
import { proportion } from './proportion.js';
import type { Broken, PromiseRow } from './results.js';
import { drawSamples, type Outcome, outcomeOf, randomHalves, rightAnswers, selectSamples } from './samples.js';

/** How a promise is put to the test. */
export interface PromisePlan {
  readonly epsilons: readonly number[];
  readonly delta: number;
  readonly splits: number;
  readonly seed: number;
  /** Hears the share that is done. */
  readonly say: (share: number) => void;
}

/** Fits to many draws of calibration images, and counts how often more than ε of the answers are lost. */
export function measurePromises(recording: Recording, plan: PromisePlan): PromiseRow[] {
  const { epsilons, delta, splits, seed, say } = plan;
  const samples = recording.labels.length;
  const all = rightAnswers(recording);
  const outcomes = epsilons.map(() => ({
    population: [] as Outcome[],
    halves: [] as Outcome[],
    future: [] as Outcome[],
  }));
  for (let split = 0; split < splits; split++) {
    const [first, second] = randomHalves(samples, seed, split);
    const [learning, test] = [selectSamples(recording, first), selectSamples(recording, second)];
    const drawn = selectSamples(recording, drawSamples(samples, first.length, seed, split));
    const right = rightAnswers(test);
    epsilons.forEach((epsilon, row) => {
      const cutoff = riskControlled({ epsilon, delta });
      const ahead = riskControlled({ epsilon, delta, future: second.length });
      outcomes[row].population.push(outcomeOf(all, stopsOf(cutoff, drawn, recording)));
      outcomes[row].halves.push(outcomeOf(right, stopsOf(cutoff, learning, test)));
      outcomes[row].future.push(outcomeOf(right, stopsOf(ahead, learning, test)));
    });
    say((split + 1) / splits);
  }
  return epsilons.map((epsilon, row) => ({
    epsilon,
    population: brokenOf(outcomes[row].population, epsilon),
    halves: brokenOf(outcomes[row].halves, epsilon),
    future: brokenOf(outcomes[row].future, epsilon),
  }));
}

const stopsOf = (cutoff: CutoffPolicy, learning: Recording, test: Recording): Int32Array =>
  stopSteps(cutoff, cutoff.fit?.(learning) ?? null, test);

/** How often more than ε was lost. */
function brokenOf(outcomes: readonly Outcome[], epsilon: number): Broken {
  // A share that equals ε may come out a little above.
  const most = epsilon + 1e-12;
  const count = (above: (outcome: Outcome) => boolean) => proportion(outcomes.filter(above).length, outcomes.length);
  return {
    lost: count(({ lost }) => lost > most),
    errors: count(({ errors }) => errors > most),
    meanStep: outcomes.reduce((sum, { meanStep }) => sum + meanStep, 0) / outcomes.length,
  };
}
