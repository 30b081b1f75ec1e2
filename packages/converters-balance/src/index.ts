export { type BalanceOptions, balance } from './balance.js';
