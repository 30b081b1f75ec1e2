export { readOnnx } from './read-onnx.js';
