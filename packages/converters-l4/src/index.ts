export { type L4Options, l4 } from './l4.js';
