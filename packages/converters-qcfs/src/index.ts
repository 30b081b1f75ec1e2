export { type QcfsOptions, qcfs } from './qcfs.js';
