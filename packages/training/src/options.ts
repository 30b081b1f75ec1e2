import type { Gate } from '@spikewright/engine-tfjs';
import { OptionsError } from '@spikewright/snn-core';
import * as v from 'valibot';

/** What training ANNs and training spiking networks have in common. */
export interface LoopOptions {
  /** Passes over the training data, at least 1. @defaultValue 10 */
  readonly epochs?: number;
  /** Samples a step, at least 2; a remainder sits out the epoch. @defaultValue 64 */
  readonly batchSize?: number;
  /** `adam` (Kingma and Ba 2015, β 0.9 and 0.999), or `sgd` with momentum. @defaultValue 'adam' */
  readonly optimizer?: 'adam' | 'sgd';
  /** η, the highest learning rate, > 0. SGD wants about 0.05. @defaultValue 0.001 */
  readonly learningRate?: number;
  /**
   * `cosine` falls from `learningRate` to 0 over all steps (Loshchilov and Hutter 2017), `step` is multiplied by
   * `stepFactor` after every `stepEpochs` epochs, those of `warmUp` counted. @defaultValue 'cosine'
   */
  readonly schedule?: 'cosine' | 'constant' | 'step';
  /**
   * Share of all steps over which the learning rate first rises from 0 to `learningRate`, evenly, [0, 1); `cosine` falls
   * over those left. @defaultValue 0
   */
  readonly warmUp?: number;
  /** Epochs between two falls of the schedule `step`, at least 1. @defaultValue 10 */
  readonly stepEpochs?: number;
  /** What the schedule `step` multiplies by, (0, 1). @defaultValue 0.1 */
  readonly stepFactor?: number;
  /** Momentum of `sgd`, [0, 1). @defaultValue 0.9 */
  readonly momentum?: number;
  /** Whether `sgd` looks ahead along its momentum (Nesterov, in the form of Sutskever et al. 2013). @defaultValue false */
  readonly nesterov?: boolean;
  /**
   * Pull of kernels towards 0, >= 0. With `sgd` it is added to the gradient (an L2 penalty), with `adam` it is decoupled
   * (AdamW, Loshchilov and Hutter 2019). @defaultValue 0
   */
  readonly weightDecay?: number;
  /**
   * What `weightDecay` is to kernels, for biases, scale and shift of batch normalisation, and the gains of `tebn`, >= 0.
   * PyTorch's optimisers pull all alike. @defaultValue 0
   */
  readonly otherDecay?: number;
  /** How much of the running statistics stays in a step, [0, 1). @defaultValue 0.9 */
  readonly batchNormMomentum?: number;
  /** Share of the target that is spread over all classes, [0, 1). @defaultValue 0 */
  readonly labelSmoothing?: number;
  /**
   * Largest random move of a training image in pixels, in each direction; zeros move in. The same as padding by so many
   * zeros on each side and cropping at random. @defaultValue 0
   */
  readonly shift?: number;
  /** Mirror half of the training images left to right. @defaultValue false */
  readonly mirror?: boolean;
  /**
   * Side in pixels of a square of zeros on each training image; its centre is drawn, so that it may stick out (DeVries and
   * Taylor 2017). @defaultValue 0
   */
  readonly cutout?: number;
  /** Share of the data that is held out and evaluated after each epoch, [0, 1). @defaultValue 0 */
  readonly validation?: number;
  /**
   * Ends training after so many epochs without a better accuracy on the held-out share (at equal accuracy, a lower loss),
   * and gives the weights of the best epoch. 0 trains all epochs and gives the last weights. @defaultValue 0
   */
  readonly patience?: number;
  /**
   * Threads among which each batch is shared out, from 1 to 64; above 1 the hook `workerModule` is needed. Batch
   * normalisation and regularizers see the share of one thread. @defaultValue 1
   */
  readonly workers?: number;
  /** Seed of the order of samples, their augmentation, and the held-out share, a whole number from 0 to 2^32 - 1. @defaultValue 0 */
  readonly seed?: number;
}

/** How an ANN is trained. Every option has a default; an unknown one is an error. */
export interface TrainOptions extends LoopOptions {
  /** Whether λ of `clip` and `qcfs` is trained along (TCL, RNL, QCFS). @defaultValue true */
  readonly trainLambda?: boolean;
  /** What `weightDecay` is to kernels, for λ, >= 0. The authors of QCFS set both alike. @defaultValue 0 */
  readonly lambdaDecay?: number;
  /**
   * Where `qcfs` lets the gradient pass: `code`, 0 < z < λ, as its authors' code does (`putshua/ANN_SNN_QCFS@eca136bd`,
   * October 2023); `paper`, -λ/2L < z < λ - λ/2L, as equation 18 of Bu et al. (ICLR 2022, arXiv 2303.04347) says.
   * @defaultValue 'code'
   */
  readonly gate?: Gate;
}

/** How a spiking network is trained. Every option has a default; an unknown one is an error. */
export interface SpikingTrainOptions extends LoopOptions {
  /** T, how many time steps a sample takes, from 1 to 256. @defaultValue 4 */
  readonly steps?: number;
  /**
   * `tet`, the mean over steps of the cross-entropy of each step's output (Deng et al., ICLR 2022), from the code
   * `Gus-Lab/temporal_efficient_training@f9bde410`, or `mean-output`, the cross-entropy of the mean over steps, as in TEBN.
   * @defaultValue 'tet'
   */
  readonly loss?: 'tet' | 'mean-output';
  /**
   * λ of TET: weight of the squared distance of every output to `target`, [0, 1]. The authors' scripts have 0.001 for events
   * and 0 for CIFAR; which the printed CIFAR figures have is not verified. @defaultValue 0.001
   */
  readonly targetWeight?: number;
  /** φ of TET. @defaultValue 1 */
  readonly target?: number;
  /**
   * What stands for the derivative of a spike with r = v / θ: `triangular`, `max(0, 1 - |r - 1|)`, or `arctan`,
   * `1 / (1 + (π (r - 1))²)`. @defaultValue 'triangular'
   */
  readonly surrogate?: 'triangular' | 'arctan';
  /** Whether the reset passes no gradient back to the spike that caused it. The authors of TET let it. @defaultValue false */
  readonly detachReset?: boolean;
  /**
   * Whether every layer of neurons behind a `batchNorm` gets a trained gain a step, p of temporal effective batch
   * normalisation (Duan et al., NeurIPS 2022), from the code `ChaotengDuan/TEBN@8f82f6a3`. @defaultValue false
   */
  readonly tebn?: boolean;
}

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const share = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
const finite = v.pipe(v.number(), v.finite());
const notNegative = v.pipe(finite, v.minValue(0));

const loop = {
  epochs: v.optional(whole(1, 1e6), 10),
  batchSize: v.optional(whole(2, 1e6), 64),
  optimizer: v.optional(v.picklist(['adam', 'sgd']), 'adam'),
  learningRate: v.optional(v.pipe(finite, v.gtValue(0)), 1e-3),
  schedule: v.optional(v.picklist(['cosine', 'constant', 'step']), 'cosine'),
  warmUp: v.optional(share, 0),
  stepEpochs: v.optional(whole(1, 1e6), 10),
  stepFactor: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)), 0.1),
  momentum: v.optional(share, 0.9),
  nesterov: v.optional(v.boolean(), false),
  weightDecay: v.optional(notNegative, 0),
  otherDecay: v.optional(notNegative, 0),
  batchNormMomentum: v.optional(share, 0.9),
  labelSmoothing: v.optional(share, 0),
  shift: v.optional(whole(0, 1024), 0),
  mirror: v.optional(v.boolean(), false),
  cutout: v.optional(whole(0, 1024), 0),
  validation: v.optional(share, 0),
  patience: v.optional(whole(0, 1e6), 0),
  workers: v.optional(whole(1, 64), 1),
  seed: v.optional(whole(0, 2 ** 32 - 1), 0),
};

const annSchema = v.strictObject({
  ...loop,
  trainLambda: v.optional(v.boolean(), true),
  lambdaDecay: v.optional(notNegative, 0),
  gate: v.optional(v.picklist(['code', 'paper']), 'code'),
});

const spikingSchema = v.strictObject({
  ...loop,
  steps: v.optional(whole(1, 256), 4),
  loss: v.optional(v.picklist(['tet', 'mean-output']), 'tet'),
  targetWeight: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 1e-3),
  target: v.optional(finite, 1),
  surrogate: v.optional(v.picklist(['triangular', 'arctan']), 'triangular'),
  detachReset: v.optional(v.boolean(), false),
  tebn: v.optional(v.boolean(), false),
});

/**
 * Checks options of `train` and writes the defaults out.
 *
 * @throws OptionsError naming the option that is unknown or out of range
 */
export const trainOptions = (options: TrainOptions = {}): Required<TrainOptions> =>
  completed('train', v.safeParse(annSchema, options));

/**
 * Checks options of `trainSpiking` and writes the defaults out.
 *
 * @throws OptionsError naming the option that is unknown or out of range
 */
export const spikingTrainOptions = (options: SpikingTrainOptions = {}): Required<SpikingTrainOptions> =>
  completed('trainSpiking', v.safeParse(spikingSchema, options));

function completed<Options extends Required<LoopOptions>>(
  owner: string,
  result: { success: true; output: Options } | { success: false; issues: [v.BaseIssue<unknown>, ...unknown[]] },
): Options {
  if (!result.success) {
    const [issue] = result.issues;
    throw new OptionsError(`Cannot use options of ${owner}: ${issue.message}: '${v.getDotPath(issue) ?? 'options'}'`);
  }
  const { patience, validation, nesterov, momentum, optimizer } = result.output;
  if (patience > 0 && validation === 0) {
    throw new OptionsError(`Cannot use options of ${owner}: patience needs a held-out share: 'validation'`);
  }
  if (nesterov && (optimizer !== 'sgd' || momentum === 0)) {
    throw new OptionsError(`Cannot use options of ${owner}: nesterov needs sgd with momentum: 'nesterov'`);
  }
  return result.output;
}
