export { type BatchesOptions, batches } from './batches.js';
export { type Cifar10Options, type Cifar100Options, cifar10, cifar100 } from './cifar.js';
export {
  type EventBatchesOptions,
  type EventSet,
  type EventSpikesOptions,
  eventBatches,
  eventSpikes,
} from './event-set.js';
export { type EventFramesOptions, type Events, eventFrames, readEvents } from './events.js';
export { type IdxImageSetOptions, idxImageSet } from './idx-image-set.js';
export { type ImageFolderOptions, imageFolder } from './image-folder.js';
export { type ImageSet, type ImageSetParts, imageSet, type Selection } from './image-set.js';
export { type MnistOptions, mnist } from './mnist.js';
export { type NmnistOptions, nmnist } from './nmnist.js';
export { type IdxArray, type IdxData, type ReadIdxOptions, readIdx } from './read-idx.js';
export { shuffle } from './shuffle.js';
export { split } from './split.js';
export { take } from './take.js';
