import { elements, type Imported, type Tensor } from '@spikewright/snn-core';
import { build } from './build.js';
import { show } from './errors.js';
import { halfFloat } from './half-float.js';
import { isRecord, type Json, number, parseJson } from './json.js';
import { metaOf } from './read-keras.js';
import { weightsNamed } from './weights.js';

/**
 * Reads a TensorFlow.js layers model: `model.json` and the shards it names. Weights may be quantised (`uint8`, `uint16`,
 * `float16`).
 *
 * @param model - the text of `model.json`, or the object it stands for
 * @param load - gives the bytes of a shard by its path in `model.json`, from a disk, a server or memory; only relative
 * paths without `..` are asked for
 * @throws UnsupportedLayersError naming every layer that no node can stand for
 * @throws TypeError, RangeError or ReferenceError if the file is damaged, holds no sound model, or a graph model
 */
export async function readTfjs(
  model: string | object,
  load: (path: string) => Promise<Uint8Array> | Uint8Array,
): Promise<Imported> {
  const file = typeof model === 'string' ? parseJson(model, 'model.json') : model;
  if (!isRecord(file)) throw new TypeError(`Cannot import: model.json must be an object: ${show(file)}`);
  const topology = file.modelTopology;
  if (file.format === 'graph-model' || (isRecord(topology) && Array.isArray(topology.node))) {
    throw new TypeError(
      'Cannot import: the file must be a layers model (convert the Keras file itself): a graph model',
    );
  }
  if (!isRecord(topology)) throw new TypeError(`Cannot import: modelTopology must be an object: ${show(topology)}`);
  const architecture = isRecord(topology.model_config) ? topology.model_config : topology;
  const version = typeof topology.keras_version === 'string' ? { version: topology.keras_version } : {};
  const tensors = await readManifest(file.weightsManifest, load);
  return build(
    architecture,
    weightsNamed(tensors),
    metaOf(architecture, { format: 'TensorFlow.js layers', ...version }),
  );
}

type Load = (path: string) => Promise<Uint8Array> | Uint8Array;

async function readManifest(groups: unknown, load: Load): Promise<ReadonlyMap<string, Tensor>> {
  if (!Array.isArray(groups)) throw new TypeError(`Cannot import: weightsManifest must be a list: ${show(groups)}`);
  const tensors = new Map<string, Tensor>();
  const named = new Set<string>();
  for (const group of groups) {
    const { paths, weights } = isRecord(group) ? group : {};
    if (!Array.isArray(paths) || !Array.isArray(weights) || !paths.every((path) => typeof path === 'string')) {
      throw new TypeError(`Cannot import: a group of weights must list paths and weights: ${show(group)}`);
    }
    for (const path of paths) {
      if (named.has(path)) throw new TypeError(`Cannot import: a shard must be named once: '${show(path)}'`);
      named.add(path);
    }
    const bytes = joined(await Promise.all(paths.map((path) => shard(path, load))));
    let at = 0;
    for (const entry of weights) {
      const { name, tensor, length } = readEntry(entry, bytes, at);
      tensors.set(name, tensor);
      at += length;
    }
    if (at !== bytes.length) {
      throw new RangeError(
        `Cannot import: the weights of '${show(paths[0])}' must fill its ${bytes.length} bytes: ${at}`,
      );
    }
  }
  return tensors;
}

/**
 * The file chooses the paths: they must not lead load() out of the model's folder or to another server. A URL takes `%2e`
 * for a dot, and leaves out control characters and the blanks around it.
 */
const LEADS_AWAY = /^[/\\]|(^|[/\\])(\.|%2e){2}([/\\?#]|$)|^[^/\\]*:|\p{Cc}|^\s|\s$/iu;

async function shard(path: string, load: Load): Promise<Uint8Array> {
  if (LEADS_AWAY.test(path)) {
    throw new TypeError(`Cannot import: the path of a shard must stay in the folder of the model: '${show(path)}'`);
  }
  const bytes = await load(path);
  if (bytes instanceof Uint8Array) return bytes;
  throw new TypeError(`Cannot import: load() must give a Uint8Array for '${show(path)}': ${show(typeof bytes)}`);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Bytes of one value and how it is read. */
const READERS: Readonly<Record<string, readonly [size: number, read: (view: DataView, at: number) => number]>> = {
  float32: [4, (view, at) => view.getFloat32(at, true)],
  float16: [2, (view, at) => halfFloat(view.getUint16(at, true))],
  int32: [4, (view, at) => view.getInt32(at, true)],
  uint16: [2, (view, at) => view.getUint16(at, true)],
  uint8: [1, (view, at) => view.getUint8(at)],
  bool: [1, (view, at) => view.getUint8(at)],
};

interface Entry {
  readonly name: string;
  readonly tensor: Tensor;
  /** Bytes in the shards. */
  readonly length: number;
}

function readEntry(entry: unknown, bytes: Uint8Array, at: number): Entry {
  const { name, shape, dtype, quantization } = isRecord(entry) ? entry : ({} as Json);
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (typeof name !== 'string' || !isShape) {
    throw new TypeError(`Cannot import: a weight must state name and shape: ${show(entry)}`);
  }
  const stored = isRecord(quantization) ? quantization : { dtype };
  const [size, read] = READERS[Object.hasOwn(READERS, String(stored.dtype)) ? String(stored.dtype) : ''] ?? [];
  if (!size || !read)
    throw new TypeError(`Cannot import: weight '${show(name)}' must be numbers: ${show(stored.dtype)}`);
  const count = elements(shape);
  if (at + count * size > bytes.length) {
    throw new RangeError(
      `Cannot import: weight '${show(name)}' must lie in its shards of ${bytes.length} bytes: [${shape}]`,
    );
  }
  // Quantised integers stand for `min + scale q`.
  const [scale, least] = [number(stored, 'scale', name, 1), number(stored, 'min', name, 0)];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const data = new Float32Array(count);
  for (let index = 0; index < count; index++) data[index] = least + scale * read(view, at + index * size);
  return { name, tensor: { shape, data }, length: count * size };
}
