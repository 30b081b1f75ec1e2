// CONTRIBUTOR NOTES
//
// One custom gradient, because those of tf.moments and tf.batchNorm, composed, took a third of a training step. The
// rows are laid out as a matrix so that every sum runs over the first axis, which the wasm training kernels do fast.
// On that back end a product with one value a channel costs six times a product of equals: hence as few as possible.
//
// Where @spikewright/tfjs-kernels-wasm has registered its kernel, that is run instead: three passes each way.
import {
  add,
  customGrad,
  engine,
  getBackend,
  getKernel,
  keep,
  mul,
  reshape,
  rsqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';

/** Mean and variance of a batch, `[channels]` each. They are kept; who is told of them disposes of them after the computation. */
export interface BatchStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Inputs `x`, `gamma`, `beta`, attribute `epsilon`, outputs y, mean, variance: a kernel with a gradient of its own. */
const KERNEL = 'BatchNormTraining';

type Save = (tensors: Tensor[]) => void;

/**
 * Normalises every channel by the mean and the (biased) variance of the batch: `gamma (x - mean) / sqrt(variance +
 * epsilon) + beta`, differentiable in `x`, `gamma` and `beta` (Ioffe and Szegedy 2015).
 *
 * @param x - `[..., channels]`
 * @param observe - receives the statistics of the batch
 */
export function batchNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
  observe: (statistics: BatchStatistics) => void,
): Tensor {
  if (getKernel(KERNEL, getBackend())) {
    const [y, mean, variance] = engine().runKernel<Tensor[]>(KERNEL, { x, gamma, beta }, { epsilon });
    observe({ mean: keep(mean), variance: keep(variance) });
    return y;
  }
  const channels = x.shape[x.rank - 1];
  const count = x.size / channels;
  const normalise = customGrad((...args) => {
    const [rows, scale, shift, save] = args as unknown as [Tensor, Tensor, Tensor, Save];
    const mean = keep(mul(sum(rows, 0), 1 / count));
    const centred = sub(rows, mean);
    const variance = keep(mul(sum(square(centred), 0), 1 / count));
    observe({ mean, variance });
    const inverse = rsqrt(add(variance, epsilon));
    save([centred, inverse, scale]);
    const value = add(mul(centred, mul(inverse, scale)), shift);
    return { value, gradFunc: gradient(count) as never };
  });
  return reshape(normalise(reshape(x, [count, channels]), gamma, beta), x.shape);
}

/**
 * With c = x - mean, i = 1 / sqrt(variance + epsilon) and n rows: `d beta = sum dy`, `d gamma = i sum(dy c)`,
 * `dx = gamma i (dy - d beta / n - c i d gamma / n)`.
 */
const gradient =
  (count: number) =>
  (dy: Tensor, [centred, inverse, scale]: Tensor[]): Tensor[] => {
    const toBeta = sum(dy, 0);
    const toGamma = mul(inverse, sum(mul(dy, centred), 0));
    const slope = mul(scale, inverse);
    const alongCentred = mul(centred, mul(slope, mul(inverse, mul(toGamma, 1 / count))));
    const constant = mul(slope, mul(toBeta, 1 / count));
    return [sub(sub(mul(dy, slope), alongCentred), constant), toGamma, toBeta];
  };
