/** What can make a conversion lose its answers. */
export type CauseKind =
  | 'unreplaced activation'
  | 'max pooling'
  | 'input scale'
  | 'input channel order'
  | 'flatten order'
  | 'channel order'
  | 'weight scale'
  | 'bias scale'
  | 'missing bias'
  | 'branch unit'
  | 'batch-norm epsilon'
  | 'missing batch normalisation'
  | 'other weights'
  | 'threshold from an outlier'
  | 'too few calibration samples'
  | 'reset to zero'
  | 'leak'
  | 'start at zero'
  | 'spiking read-out'
  | 'too few steps'
  | 'dead layer'
  | 'unexplained';

/** A cause that was found, with what shows it. */
export interface Cause {
  readonly kind: CauseKind;
  /** The node where it is; absent where it concerns the whole network. */
  readonly node?: string;
  /** What was measured, in one sentence. */
  readonly evidence: string;
  /** What to do about it, in one sentence. */
  readonly advice: string;
}

/** What to do about each cause. */
const ADVICE: Readonly<Record<CauseKind, string>> = {
  'unreplaced activation':
    'give this activation neurons: it must be a node of its own (relu, clip or qcfs) when the network is converted',
  'max pooling':
    'train with average pooling; a network that was trained with max pooling answers otherwise when the mean takes its place',
  'input scale': 'scale the input as in training: put the factor into a scale node after the input',
  'input channel order': 'give the image its channels in the order of training: red, green, blue or the reverse',
  'flatten order':
    'permute the rows of the dense kernel: this project reads an image as height, width, channel; PyTorch and Theano as channel, height, width',
  'channel order': 'put the output channels of the kernel, its bias and λ into one order',
  'weight scale': 'rescale the weights by λ of the layer before and λ of this one: W ← W λ(l-1) / λ(l)',
  'bias scale': 'divide the bias by λ of its own layer, and by nothing else: b ← b / λ(l)',
  'missing bias': 'convert the bias too: b / λ(l) is added in every step',
  'branch unit': 'give the branches of an addition one unit: scale each by its λ',
  'batch-norm epsilon': "fold with the layer's own epsilon: Keras has 1e-3, PyTorch 1e-5",
  'missing batch normalisation': 'fold batch normalisation into the weights before it: foldBatchNorm()',
  'other weights': 'compare the weights of this layer with those of the ANN: they do not compute the same',
  'threshold from an outlier': 'take a percentile of the activations as λ, such as 99.9, or λ by channel',
  'too few calibration samples':
    'measure λ on more samples, or on samples like those that are used; or take a higher percentile',
  'reset to zero': 'reset by subtraction: what exceeds θ is lost otherwise',
  leak: 'convert to neurons without leak (leak = 1): a rate is a sum over all steps',
  'start at zero': 'start at θ/2: counts are rounded to the nearest number instead of down',
  'spiking read-out': 'read the current of the last layer: neurons answer 0 to every score below 0, and tie',
  'too few steps': 'give more time steps, or train for few of them (QCFS)',
  'dead layer': 'look at the ANN: this layer answers nothing to any of the samples',
  unexplained: 'look at the first layer whose correlation is low',
};

/** A cause with its advice. */
export const cause = (kind: CauseKind, evidence: string, node?: string): Cause => ({
  kind,
  ...(node !== undefined && { node }),
  evidence,
  advice: ADVICE[kind],
});
