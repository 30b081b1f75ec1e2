import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import { initialise, train } from '@spikewright/training';
import { useTfjs } from '../engine/use-tfjs.js';
import { noise } from './data.js';
import type { TrainingJob } from './job.js';
import { networkOf } from './network.js';

/** Takes so many training steps, up to {@link MOST_STEPS}. */
export type TakeSteps = (count: number) => Promise<void>;

/** Steps that data are made for, before anything is timed. */
export const MOST_STEPS = 64;

/**
 * The loop of @spikewright/training, all of it: picking samples, copying weights, reports.
 *
 * @param fused - our own WebAssembly, or only compositions of tfjs's kernels
 */
export async function ourTraining(job: TrainingJob, fused: boolean): Promise<TakeSteps> {
  await useTfjs();
  registerTrainingKernels({ simd: fused });
  if (fused) registerNeuronKernels();
  const network = initialise(networkOf(job), 1);
  const { batch: batchSize, rate: learningRate } = job;
  const data = noise(job, MOST_STEPS);
  const length = data.data.length / data.size;
  return async (count) => {
    const size = count * batchSize;
    const part = { size, data: data.data.subarray(0, size * length), labels: data.labels.subarray(0, size) };
    const samples = { ...part, indices: data.indices.subarray(0, size) };
    await train(network, samples, { epochs: 1, batchSize, learningRate });
  };
}
