import { type KernelModule, kernelModule } from '../fused/kernel-module.js';
import { neurons } from '../generated/neurons.js';

type Numbers<Names extends string> = Readonly<Record<Names, (...parameters: number[]) => void>>;

/** What assembly/neurons.ts exports; every parameter is an address, a size or a value. */
export type NeuronKernels = Numbers<'neurons' | 'neuronsGradient' | 'qcfs' | 'qcfsGradient'>;

/** The kernels for spiking networks and for networks that will be converted to them. */
export const neuronModule: KernelModule<NeuronKernels> = kernelModule(neurons);
