import { findBackendFactory, version_core } from '@tensorflow/tfjs-core';

/** The one release of TensorFlow.js whose internals the kernels rely on. */
const VERSION = '4.22.0';

/**
 * Checks that tfjs is the release that we know, with its WebAssembly back end.
 *
 * @param what - is to be registered
 * @throws RangeError if tfjs-core is not version 4.22.0; ReferenceError if tfjs-backend-wasm has not been imported
 */
export function checkTfjs(what: string): void {
  if (version_core !== VERSION) {
    throw new RangeError(`Cannot register ${what}: tfjs-core must be version ${VERSION}: ${version_core}`);
  }
  if (!findBackendFactory('wasm')) {
    const rule = "import '@tensorflow/tfjs-backend-wasm' first";
    throw new ReferenceError(`Cannot register ${what}: ${rule}: no wasm back end registered`);
  }
}
