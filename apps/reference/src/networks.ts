import { readFile } from 'node:fs/promises';
import { loadNetwork, type Network } from '@spikewright/snn-core';
import type { DataSetName } from './train/data-sets.js';

/** A network that the repository holds. */
export interface TrainedNetwork {
  /** The name in sentences. */
  readonly title: string;
  /** What it was trained on. */
  readonly dataSet: DataSetName;
  /** `neuron`: a spiking network, trained as such; the others are ANNs. */
  readonly activation: 'relu' | 'qcfs' | 'neuron';
  /** L, the levels of `qcfs`. */
  readonly levels?: number;
}

/** The name of a trained network. */
export type TrainedName =
  | `${DataSetName}${'' | '-qcfs4' | '-qcfs4-rcs' | '-qcfs8' | '-tet'}`
  | `${'mnist' | 'fashion-mnist'}-tebn`;

/** The trained networks of the repository, by name. How each was trained stands in the `meta.source` of its file. */
export const trainedNetworks: Readonly<Record<TrainedName, TrainedNetwork>> = {
  mnist: { title: 'MNIST, ReLU', dataSet: 'mnist', activation: 'relu' },
  'mnist-qcfs4': { title: 'MNIST, QCFS L = 4', dataSet: 'mnist', activation: 'qcfs', levels: 4 },
  'mnist-qcfs4-rcs': {
    title: 'MNIST, QCFS L = 4, RCS',
    dataSet: 'mnist',
    activation: 'qcfs',
    levels: 4,
  },
  'mnist-qcfs8': { title: 'MNIST, QCFS L = 8', dataSet: 'mnist', activation: 'qcfs', levels: 8 },
  'mnist-tet': { title: 'MNIST, TET, T = 4', dataSet: 'mnist', activation: 'neuron' },
  'mnist-tebn': { title: 'MNIST, TEBN, T = 4', dataSet: 'mnist', activation: 'neuron' },
  'fashion-mnist': { title: 'Fashion-MNIST, ReLU', dataSet: 'fashion-mnist', activation: 'relu' },
  'fashion-mnist-qcfs4': {
    title: 'Fashion-MNIST, QCFS L = 4',
    dataSet: 'fashion-mnist',
    activation: 'qcfs',
    levels: 4,
  },
  'fashion-mnist-qcfs4-rcs': {
    title: 'Fashion-MNIST, QCFS L = 4, RCS',
    dataSet: 'fashion-mnist',
    activation: 'qcfs',
    levels: 4,
  },
  'fashion-mnist-qcfs8': {
    title: 'Fashion-MNIST, QCFS L = 8',
    dataSet: 'fashion-mnist',
    activation: 'qcfs',
    levels: 8,
  },
  'fashion-mnist-tet': { title: 'Fashion-MNIST, TET, T = 4', dataSet: 'fashion-mnist', activation: 'neuron' },
  'fashion-mnist-tebn': { title: 'Fashion-MNIST, TEBN, T = 4', dataSet: 'fashion-mnist', activation: 'neuron' },
  cifar10: { title: 'CIFAR-10, ReLU', dataSet: 'cifar10', activation: 'relu' },
  'cifar10-qcfs4': { title: 'CIFAR-10, QCFS L = 4', dataSet: 'cifar10', activation: 'qcfs', levels: 4 },
  'cifar10-qcfs4-rcs': { title: 'CIFAR-10, QCFS L = 4, RCS', dataSet: 'cifar10', activation: 'qcfs', levels: 4 },
  'cifar10-qcfs8': { title: 'CIFAR-10, QCFS L = 8', dataSet: 'cifar10', activation: 'qcfs', levels: 8 },
  'cifar10-tet': { title: 'CIFAR-10, TET, T = 4', dataSet: 'cifar10', activation: 'neuron' },
};

/**
 * Reads a trained network.
 *
 * @throws ReferenceError if there is none of this name
 */
export async function loadTrained(name: TrainedName): Promise<Network> {
  if (!Object.hasOwn(trainedNetworks, name)) {
    const known = Object.keys(trainedNetworks).join(', ');
    throw new ReferenceError(`Cannot load trained network: its name must be one of ${known}: ${name}`);
  }
  return loadNetwork(await readFile(new URL(`../networks/${name}.safetensors`, import.meta.url)));
}
