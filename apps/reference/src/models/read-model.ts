import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { type Imported, loadNetwork } from '@spikewright/snn-core';

/** The endings of the files that can be read, and what they are. */
export const modelFiles: Readonly<Record<string, string>> = {
  '.safetensors': 'a network saved by Spikewright',
  '.h5': 'Keras 2, or Keras 3 in the old format',
  '.keras': 'Keras 3',
  '.json': 'a layers model of TensorFlow.js; its shards lie beside it',
  '.onnx': 'ONNX',
  '.nir': 'NIR',
};

/** What a NIR file of another tool does not say of its neurons. */
export interface NeuronStatements {
  readonly reset?: 'subtract' | 'zero';
  /** Seconds a step. */
  readonly dt?: number;
}

/**
 * Reads a network from a file of any known format, by its ending. Readers of other formats are loaded only when used.
 *
 * @throws ReferenceError if the file is missing or its ending unknown; what the reader throws for its content
 */
export async function readModel(path: string, statements: NeuronStatements = {}): Promise<Imported> {
  const ending = extname(path).toLowerCase();
  if (['.pt', '.pth', '.th'].includes(ending)) {
    throw new ReferenceError(
      `Cannot read model: a PyTorch state dict has weights but no graph: write the graph in a few lines with @spikewright/import-torch and save it with saveNetwork: '${path}'`,
    );
  }
  if (!(ending in modelFiles)) {
    throw new ReferenceError(`Cannot read model: its ending must be ${Object.keys(modelFiles).join(', ')}: '${path}'`);
  }
  const bytes = await read(path);
  switch (ending) {
    case '.safetensors':
      return { network: loadNetwork(bytes), layers: [] };
    case '.json': {
      const { readTfjs } = await import('@spikewright/import-keras');
      return readTfjs(new TextDecoder().decode(bytes), (shard) => read(join(dirname(path), shard)));
    }
    case '.onnx':
      return (await import('@spikewright/import-onnx')).readOnnx(bytes);
    case '.nir':
      return (await import('@spikewright/nir')).readNir(bytes, statements);
    default:
      return (await import('@spikewright/import-keras')).readKeras(bytes);
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new ReferenceError(`Cannot read model: the file must be readable: '${path}' (${reason})`, { cause });
  }
}
