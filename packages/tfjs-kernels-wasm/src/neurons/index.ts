export { type Gate, qcfs } from './qcfs.js';
export { registerNeuronKernels, whyNoNeuronKernels } from './register-neuron-kernels.js';
export { type NeuronActivity, type NeuronOptions, spikingNeurons } from './spiking-neurons.js';
