import { definePlugin, type PluginFactory } from '@spikewright/snn-core';
import { type Regularizer, type SpikingResponse, withoutGradient } from '@spikewright/training';
import {
  add,
  div,
  mean,
  mul,
  reciprocal,
  relu,
  reshape,
  slice,
  sqrt,
  square,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { answeredRightly, EPSILON, type LayerResponse, worstOfBatch } from './worst-of-batch.js';

/** Options of {@link rcsSnn}. */
export interface RcsSnnOptions {
  /** α, the weight of the term in the loss, from 0. @defaultValue 0.002 */
  readonly alpha?: number;
  /** Share of the steps, from the end, that say what is desired and whether an answer is right, [0, 1]. @defaultValue 0.3 */
  readonly share?: number;
  /**
   * What is taken where the share makes less than one step: the `last` step, or, as a slice in the authors' code has it,
   * `all` of them. @defaultValue 'last'
   */
  readonly whenNone?: 'last' | 'all';
  /**
   * r_d, the desired response: the mean of the responses over the last steps, as many as the share makes, the mean over all
   * steps, or the response of the last step.
   *
   * @defaultValue 'last-mean'
   */
  readonly desired?: 'last-mean' | 'mean' | 'last';
  /** Leaves a sample out in a layer where the squared norm of its desired response is below 0.001. @defaultValue false */
  readonly guard?: boolean;
}

type Complete = Required<RcsSnnOptions>;

/**
 * RCS for spiking networks that are trained directly (Wu et al., Front. Neurosci. 2025), as in the authors' code: with
 * `r_t = s_t + relu(u_t / θ)` from the spikes and the potentials after reset of a layer, r_d the mean of the last steps of it
 * without a gradient, and `cs_t` the cosine between both, `value = 1 / (mean over t of cs_t + 1e-5)`, and
 * `penalty = α mean over layers of max over the samples that are answered rightly of value`.
 *
 * @throws OptionsError for a wrong option; TypeError from `penalty` in training of an ANN
 */
export const rcsSnn: PluginFactory<Regularizer<SpikingResponse>, RcsSnnOptions> = definePlugin({
  role: 'regularizer',
  name: 'rcs-snn',
  options: v.strictObject({
    alpha: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0)), 0.002),
    share: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0.3),
    whenNone: v.optional(v.picklist(['last', 'all']), 'last'),
    desired: v.optional(v.picklist(['last-mean', 'mean', 'last']), 'last-mean'),
    guard: v.optional(v.boolean(), false),
  }),
  create: (options: Complete) => ({
    penalty: (response, labels) => {
      if (response.kind !== 'spiking') {
        throw new TypeError(`Cannot apply rcs-snn: it is for spiking networks, take rcsAnn: ${response.kind}`);
      }
      const { spikes, potentials, scores } = response;
      const layers = Object.keys(spikes).map((name) => layerResponse(spikes[name], potentials[name], options));
      const mask = answeredRightly(lastOf(scores, stepsOfShare(scores.shape[0], options)), labels);
      return worstOfBatch(layers, mask, options.alpha, options.guard);
    },
  }),
});

/**
 * @param spikes - s, `[steps, batch, ...]`
 * @param potentials - u / θ, of the same shape
 */
function layerResponse(spikes: Tensor, potentials: Tensor, options: Complete): LayerResponse {
  const [steps, batch] = spikes.shape;
  const responses = reshape(add(spikes, relu(potentials)), [steps, batch, -1]);
  const count = { 'last-mean': stepsOfShare(steps, options), mean: steps, last: 1 }[options.desired];
  const desired = withoutGradient(responses, (given) => mean(lastOf(given, count), 0));
  const squaredNorms = sum(square(desired), -1);
  const lengths = mul(sqrt(add(sum(square(responses), -1), EPSILON)), sqrt(add(squaredNorms, EPSILON)));
  const cosines = div(sum(mul(responses, desired), -1), lengths);
  return { values: reciprocal(add(mean(cosines, 0), EPSILON)), squaredNorms };
}

/** n_d, how many steps the share makes. 0.3 · 10 is 3, also in numbers of the computer. */
function stepsOfShare(steps: number, { share, whenNone }: Complete): number {
  const count = Math.floor(share * steps + 1e-9);
  return count > 0 ? count : { last: 1, all: steps }[whenNone];
}

/** The last steps of a tensor, whose first axis is time. */
const lastOf = (x: Tensor, count: number): Tensor =>
  slice(x, [x.shape[0] - count, ...x.shape.slice(1).map(() => 0)], [count, ...x.shape.slice(1)]);
