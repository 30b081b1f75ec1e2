export { type RcsAnnOptions, rcsAnn } from './rcs-ann.js';
export { type RcsSnnOptions, rcsSnn } from './rcs-snn.js';
