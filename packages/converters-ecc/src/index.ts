export { type EccOptions, ecc } from './ecc.js';
export { type RegularWindowOptions, regularWindow } from './regular-window.js';
export { type Unevenness, unevenness } from './unevenness.js';
