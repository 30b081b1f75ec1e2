export { type NormOptions, norm } from './norm.js';
