export { type WasmOptions, wasmEngine } from './wasm-engine.js';
