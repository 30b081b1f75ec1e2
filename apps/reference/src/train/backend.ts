import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';

/** Sets TensorFlow.js up for training in this thread. */
export async function startBackend(): Promise<void> {
  enableProdMode();
  await setBackend('wasm');
  registerTrainingKernels();
  registerNeuronKernels();
}
