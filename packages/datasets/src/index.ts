export { type BatchesOptions, batches } from './batches.js';
export { type IdxImageSetOptions, idxImageSet } from './idx-image-set.js';
export { type ImageSet, type ImageSetParts, imageSet } from './image-set.js';
export { type MnistOptions, mnist } from './mnist.js';
export { type IdxArray, type IdxData, type ReadIdxOptions, readIdx } from './read-idx.js';
export { shuffle } from './shuffle.js';
export { split } from './split.js';
export { take } from './take.js';
