import { OptionsError } from '@spikewright/snn-core';
import * as v from 'valibot';
import type { Gate } from './bounded.js';

/** How a network is trained. Every option has a default; an unknown one is an error. */
export interface TrainOptions {
  /** Passes over the training data, at least 1. @defaultValue 10 */
  readonly epochs?: number;
  /** Samples a step, at least 2; a remainder sits out the epoch. @defaultValue 64 */
  readonly batchSize?: number;
  /** `adam` (Kingma and Ba 2015, β 0.9 and 0.999), or `sgd` with momentum. @defaultValue 'adam' */
  readonly optimizer?: 'adam' | 'sgd';
  /** Size of the first step, > 0. SGD wants about 0.05. @defaultValue 0.001 */
  readonly learningRate?: number;
  /** `cosine` falls from `learningRate` to 0 over all steps (Loshchilov and Hutter 2017). @defaultValue 'cosine' */
  readonly schedule?: 'cosine' | 'constant';
  /** Momentum of `sgd`, [0, 1). @defaultValue 0.9 */
  readonly momentum?: number;
  /**
   * Pull of kernels towards 0, >= 0; biases, λ and batch normalisation are spared. With `sgd` it is added to the gradient
   * (an L2 penalty), with `adam` it is decoupled (AdamW, Loshchilov and Hutter 2019). @defaultValue 0
   */
  readonly weightDecay?: number;
  /** Whether λ of `clip` and `qcfs` is trained along (TCL, RNL, QCFS). @defaultValue true */
  readonly trainLambda?: boolean;
  /** What `weightDecay` is to kernels, for λ, >= 0. The authors of QCFS set both alike. @defaultValue 0 */
  readonly lambdaDecay?: number;
  /**
   * Where `qcfs` lets the gradient pass: `code`, 0 < z < λ, as its authors' code does; `paper`, -λ/2L < z < λ - λ/2L, as
   * equation 18 says. @defaultValue 'code'
   */
  readonly gate?: Gate;
  /** How much of the running statistics stays in a step, [0, 1). @defaultValue 0.9 */
  readonly batchNormMomentum?: number;
  /** Share of the target that is spread over all classes, [0, 1). @defaultValue 0 */
  readonly labelSmoothing?: number;
  /** Largest random move of a training image in pixels, in each direction; zeros move in. @defaultValue 0 */
  readonly shift?: number;
  /** Mirror half of the training images left to right. @defaultValue false */
  readonly mirror?: boolean;
  /** Share of the data that is held out and evaluated after each epoch, [0, 1). @defaultValue 0 */
  readonly validation?: number;
  /** Seed of the order of samples, how they are moved and mirrored, and the held-out share, a whole number from 0 to 2^32 - 1. @defaultValue 0 */
  readonly seed?: number;
}

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const share = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
const finite = v.pipe(v.number(), v.finite());

const schema = v.strictObject({
  epochs: v.optional(whole(1, 1e6), 10),
  batchSize: v.optional(whole(2, 1e6), 64),
  optimizer: v.optional(v.picklist(['adam', 'sgd']), 'adam'),
  learningRate: v.optional(v.pipe(finite, v.gtValue(0)), 1e-3),
  schedule: v.optional(v.picklist(['cosine', 'constant']), 'cosine'),
  momentum: v.optional(share, 0.9),
  weightDecay: v.optional(v.pipe(finite, v.minValue(0)), 0),
  trainLambda: v.optional(v.boolean(), true),
  lambdaDecay: v.optional(v.pipe(finite, v.minValue(0)), 0),
  gate: v.optional(v.picklist(['code', 'paper']), 'code'),
  batchNormMomentum: v.optional(share, 0.9),
  labelSmoothing: v.optional(share, 0),
  shift: v.optional(whole(0, 1024), 0),
  mirror: v.optional(v.boolean(), false),
  validation: v.optional(share, 0),
  seed: v.optional(whole(0, 2 ** 32 - 1), 0),
});

/**
 * Checks options and writes the defaults out.
 *
 * @throws OptionsError naming the option that is unknown or out of range
 */
export function trainOptions(options: TrainOptions = {}): Required<TrainOptions> {
  const result = v.safeParse(schema, options);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new OptionsError(`Cannot use options of train: ${issue.message}: '${v.getDotPath(issue) ?? 'options'}'`);
}
