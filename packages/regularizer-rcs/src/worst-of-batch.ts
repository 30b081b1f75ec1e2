import { withoutGradient } from '@spikewright/training';
import {
  all,
  argMax,
  cast,
  equal,
  max,
  mean,
  mul,
  type Scalar,
  stack,
  step,
  sub,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';

/** What is added under each root and to each denominator, as in the authors' code. */
export const EPSILON = 1e-5;

/** Responses whose squared norm lies below this are too weak to have a direction: what `guard` leaves out. */
const WEAKEST = 1e-3;

/** How the samples of a batch respond in one layer. */
export interface LayerResponse {
  /** The larger, the further from the desired direction, `[batch]`. */
  readonly values: Tensor;
  /** The squared norm of each sample's response, `[batch]`. */
  readonly squaredNorms: Tensor;
}

/**
 * `alpha · mean over layers of max over the batch of (mask · value)`.
 *
 * @param mask - 1 for samples that are answered rightly already, 0 for others, `[batch]`
 * @param guard - whether a sample with hardly any response in a layer is left out there
 */
export function worstOfBatch(layers: readonly LayerResponse[], mask: Tensor, alpha: number, guard: boolean): Scalar {
  const worst = layers.map(({ values, squaredNorms }) => {
    const masked = mul(values, mask);
    return max(guard ? mul(masked, step(sub(squaredNorms, WEAKEST))) : masked);
  });
  return mul(alpha, mean(stack(worst)));
}

/**
 * 1 for samples with the right answer in each of some steps, 0 for others; without a gradient.
 *
 * @param scores - `[steps, batch, classes]`
 */
export const answeredRightly = (scores: Tensor, labels: Tensor1D): Tensor =>
  withoutGradient(scores, (given) => cast(all(equal(argMax(given, -1), labels), 0), 'float32'));
