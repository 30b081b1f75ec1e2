export { type ReadNirOptions, readNir } from './read-nir.js';
export { writeNir } from './write-nir.js';
