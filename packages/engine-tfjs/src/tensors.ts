import { elements, type Shape } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';

/** Rows of the given shape, one after another. */
export const rowsOf = (values: Float32Array, shape: Shape): tf.Tensor =>
  tf.tensor(values, [values.length / elements(shape), ...shape]);

/** Takes some rows out of tensors. Those it gives are kept. */
export function pickRows<Kept extends object>(container: Kept, rows: readonly number[]): Kept {
  return keepAll(() => {
    const places = tf.tensor1d([...rows], 'int32');
    const pick = (value: object): object =>
      value instanceof tf.Tensor
        ? tf.gather(value, places)
        : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pick(inner)]));
    return pick(container) as Kept;
  });
}

/** Disposes of all tensors in an object. */
export const free = (container: object): void => tf.dispose(container as tf.TensorContainer);

/** Computes tensors that stay until they are disposed of, whatever scope the caller is in. */
export function keepAll<Kept>(compute: () => Kept): Kept {
  const kept = tf.tidy(() => {
    const computed = compute() as tf.TensorContainer;
    for (const tensor of tf.tensor_util.getTensorsInContainer(computed)) tf.keep(tensor);
    return computed;
  });
  return kept as Kept;
}

/** Whether values can be read without waiting. WebGPU has no such thing: what TensorFlow.js does in its place lost the device. */
export const canReadAtOnce = (): boolean => tf.getBackend() !== 'webgpu';
