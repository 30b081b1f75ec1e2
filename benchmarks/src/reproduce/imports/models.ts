import { readFile } from 'node:fs/promises';
import { readKeras } from '@spikewright/import-keras';
import { readOnnx } from '@spikewright/import-onnx';
import { buildNetwork, readStateDict } from '@spikewright/import-torch';
import type { DataSetName } from '@spikewright/reference/data-sets';
import type { InputScale } from '@spikewright/reference/input-scale';
import type { Network } from '@spikewright/snn-core';
import { resnet20, sinabs } from './graphs.js';

/** A network that others trained and published. */
export interface PublishedModel {
  readonly title: string;
  readonly file: string;
  readonly dataSet: DataSetName;
  readonly read: (bytes: Uint8Array) => Promise<Network>;
  /** What it wants of intensities from 0 to 1. */
  readonly input?: InputScale;
}

const keras = async (bytes: Uint8Array): Promise<Network> => (await readKeras(bytes)).network;

/** The networks of others that are measured, by name. */
export const publishedModels: Readonly<Record<string, PublishedModel>> = {
  allconv: {
    title: 'Keras 2: convolutions only (Intel), MNIST',
    file: 'intel-mnist-allconv.h5',
    dataSet: 'mnist',
    read: keras,
  },
  'pseudo-mobilenet': {
    title: 'Keras 2: depthwise convolutions (Intel), CIFAR-10',
    file: 'intel-cifar10-pseudo-mobilenet.h5',
    dataSet: 'cifar10',
    read: keras,
  },
  resnet8: {
    title: 'Keras 2: ResNet-8 (MLPerf Tiny), CIFAR-10',
    file: 'mlperftiny-cifar10-resnet8.h5',
    dataSet: 'cifar10',
    read: keras,
    input: { factor: 255 },
  },
  resnet20: {
    title: 'PyTorch: ResNet-20 (Akamaster), CIFAR-10',
    file: 'akamaster-cifar10-resnet20-12fca82f.th',
    dataSet: 'cifar10',
    read: async (bytes) => buildNetwork(await readStateDict(bytes), resnet20),
  },
  sinabs: {
    title: 'PyTorch: CNN without biases (Sinabs), MNIST',
    file: 'sinabs-mnist-cnn.pt',
    dataSet: 'mnist',
    read: async (bytes) => buildNetwork(await readStateDict(bytes), sinabs),
  },
  cntk: {
    title: 'ONNX: max pooling (CNTK), MNIST',
    file: 'cntk-mnist.onnx',
    dataSet: 'mnist',
    read: async (bytes) => (await readOnnx(bytes)).network,
    input: { factor: 255 },
  },
};

/**
 * Reads the file of a published network.
 *
 * @throws ReferenceError if it is not in the folder
 */
export async function readPublished(name: string, folder: string): Promise<Uint8Array> {
  const { file } = publishedModels[name];
  try {
    return await readFile(`${folder}/${file}`);
  } catch (cause) {
    throw new ReferenceError(`Cannot read model: the folder of --models must hold ${file}: '${folder}'`, { cause });
  }
}

/** Whether pooling must be averaged before a network can spike. */
export const hasMaxPooling = ({ nodes }: Network): boolean => nodes.some(({ op }) => op === 'maxPool2d');
