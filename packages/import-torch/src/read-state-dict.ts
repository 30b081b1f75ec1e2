import type { Tensor } from '@spikewright/snn-core';
import { isLegacy, isZip, readLegacy, readZip } from './checkpoint.js';
import { readSafetensors } from './safetensors.js';

/**
 * Reads the named tensors of a PyTorch state dict: `.pt`, `.pth` and `.th` files, old and new, or `.safetensors`. The form
 * is told from the bytes. All number types become 32-bit floats; shapes and the order of axes stay PyTorch's.
 *
 * Of a checkpoint that holds more, the part `state_dict`, `model_state_dict`, `model` or `net` is read. A pickle is read
 * by a list of what tensors are made of; code in it is never run.
 *
 * @throws TypeError if the file is damaged, or holds anything but tensors and plain containers (a whole model, say)
 */
export async function readStateDict(bytes: Uint8Array): Promise<Record<string, Tensor>> {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`Cannot read the PyTorch file: it must be bytes: ${typeof bytes}`);
  if (isZip(bytes)) return readZip(bytes);
  if (isLegacy(bytes)) return readLegacy(bytes);
  return readSafetensors(bytes);
}
