export { readKeras, readKerasWeights } from './read-keras.js';
export { readTfjs } from './read-tfjs.js';
