export { type QuantizeOptions, quantizeWeights } from './quantize/quantize-weights.js';
export { type WasmOptions, wasmEngine } from './wasm-engine.js';
