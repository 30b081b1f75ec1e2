import type { LoopOptions } from './options.js';
import type { Tensors } from './parameters.js';
import type { Task } from './task.js';

/** Running means of gradients, by parameter and kind, such as `conv1.kernel/first`. */
export type Moments = Record<string, Float32Array>;

const [BETA_1, BETA_2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Moves parameters one step against their gradients. Changes `parameters` and `moments`, which begin as `{}`.
 *
 * `adam`: `m ← β₁ m + (1 - β₁) g`, `v ← β₂ v + (1 - β₂) g²`, `w ← w - η (m̂ / (√v̂ + ε) + decay w)` with m and v corrected
 * for their start. `sgd`: `m ← momentum m + g + decay w`, `w ← w - η m`; with `nesterov` `w ← w - η (g + decay w + momentum m)`.
 *
 * @param step - counts from 1
 * @param rate - η, the learning rate of this step
 */
export function applyGradients(
  parameters: Tensors,
  gradients: Readonly<Record<string, Float32Array>>,
  moments: Moments,
  { options, decays }: Pick<Task, 'options' | 'decays'>,
  step: number,
  rate: number,
): void {
  for (const [name, gradient] of Object.entries(gradients)) {
    const weights = parameters[name].data;
    const field = name.slice(name.lastIndexOf('.') + 1);
    const decay = field === 'kernel' ? options.weightDecay : (decays[field] ?? options.otherDecay);
    const moment = (kind: string): Float32Array => (moments[`${name}/${kind}`] ??= new Float32Array(weights.length));
    if (options.optimizer === 'adam') adam(weights, gradient, moment('first'), moment('second'), decay, step, rate);
    else sgd(weights, gradient, moment('first'), decay, options, rate);
  }
}

/**
 * The learning rate of a step, which counts from 1 over all epochs.
 *
 * @param steps - of an epoch
 */
export function learningRate(options: Required<LoopOptions>, step: number, steps: number): number {
  const { schedule, learningRate: highest, warmUp, epochs, stepEpochs, stepFactor } = options;
  const [done, all] = [step - 1, epochs * steps];
  const rising = warmUp * all;
  if (done < rising) return (highest * done) / rising;
  switch (schedule) {
    case 'cosine':
      return (highest / 2) * (1 + Math.cos((Math.PI * (done - rising)) / (all - rising)));
    case 'step':
      return highest * stepFactor ** Math.floor(done / (steps * stepEpochs));
    default:
      return highest;
  }
}

function adam(
  weights: Float32Array,
  gradient: Float32Array,
  first: Float32Array,
  second: Float32Array,
  decay: number,
  step: number,
  rate: number,
): void {
  const [correction1, correction2] = [1 - BETA_1 ** step, 1 - BETA_2 ** step];
  for (let i = 0; i < weights.length; i++) {
    first[i] = BETA_1 * first[i] + (1 - BETA_1) * gradient[i];
    second[i] = BETA_2 * second[i] + (1 - BETA_2) * gradient[i] ** 2;
    const direction = first[i] / correction1 / (Math.sqrt(second[i] / correction2) + EPSILON);
    weights[i] -= rate * (direction + decay * weights[i]);
  }
}

function sgd(
  weights: Float32Array,
  gradient: Float32Array,
  velocity: Float32Array,
  decay: number,
  { momentum, nesterov }: Required<LoopOptions>,
  rate: number,
): void {
  for (let i = 0; i < weights.length; i++) {
    const slope = gradient[i] + decay * weights[i];
    velocity[i] = momentum * velocity[i] + slope;
    weights[i] -= rate * (nesterov ? slope + momentum * velocity[i] : velocity[i]);
  }
}
