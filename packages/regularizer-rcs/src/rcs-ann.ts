import { definePlugin, type PluginFactory } from '@spikewright/snn-core';
import type { AnnResponse, Regularizer } from '@spikewright/training';
import { add, div, expandDims, max, mean, mul, relu, reshape, sqrt, square, type Tensor } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { answeredRightly, EPSILON, type LayerResponse, worstOfBatch } from './worst-of-batch.js';

/** Options of {@link rcsAnn}. */
export interface RcsAnnOptions {
  /** α, the weight of the term in the loss, from 0. @defaultValue 0.002 */
  readonly alpha?: number;
  /** Leaves a sample out in a layer where the squared norm of its response is below 0.001. @defaultValue false */
  readonly guard?: boolean;
}

/**
 * RCS for ANNs that will be converted (Wu et al., Front. Neurosci. 2025), as in the authors' code: with `a = relu(z)` of what an
 * activation receives, `value = max of a over the batch / sqrt(mean of a² over the sample + 1e-5)`, and
 * `penalty = α mean over layers of max over the samples that are answered rightly of value`.
 *
 * @throws OptionsError for a wrong option; TypeError from `penalty` without activations, or in training over time
 */
export const rcsAnn: PluginFactory<Regularizer<AnnResponse>, RcsAnnOptions> = definePlugin({
  role: 'regularizer',
  name: 'rcs-ann',
  options: v.strictObject({
    alpha: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0)), 0.002),
    guard: v.optional(v.boolean(), false),
  }),
  create: ({ alpha, guard }) => ({
    penalty: (response, labels) => {
      if (response.kind !== 'ann') {
        throw new TypeError(`Cannot apply rcs-ann: it is for ANNs, take rcsSnn: ${response.kind}`);
      }
      const layers = Object.values(response.preactivations).map(layerResponse);
      if (layers.length === 0) throw new TypeError('Cannot apply rcs-ann: there must be an activation: none found');
      return worstOfBatch(layers, answeredRightly(expandDims(response.scores, 0), labels), alpha, guard);
    },
  }),
});

/** @param preactivation - z, `[batch, ...]` */
function layerResponse(preactivation: Tensor): LayerResponse {
  const batch = preactivation.shape[0];
  const response = relu(reshape(preactivation, [batch, -1]));
  const meanSquares = mean(square(response), 1);
  return {
    values: div(max(response), sqrt(add(meanSquares, EPSILON))),
    squaredNorms: mul(meanSquares, response.size / batch),
  };
}
