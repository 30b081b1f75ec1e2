import type { NumberTypeName } from './number-types.js';
import { pickleReader } from './pickle-reader.js';
import { damaged, show } from './show.js';

/** Memory that tensors are views of. */
export interface Storage {
  readonly type: NumberTypeName;
  readonly key: string;
  /** How many numbers it holds. */
  readonly count: number;
}

/** A tensor as a checkpoint describes it, checked but not yet read. */
export interface TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** What a pickle held, and where it ended. */
export interface Unpickled {
  readonly value: unknown;
  /** The storages it names, by key. */
  readonly storages: ReadonlyMap<unknown, Storage>;
  readonly end: number;
}

const STORAGES: Readonly<Record<string, NumberTypeName>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** Told apart by identity, so that no pickle can make one up. */
const views = new WeakSet<object>();
const known = new WeakSet<object>();

/** Whether a value out of a pickle is a tensor. */
export const isTensorView = (value: unknown): value is TensorView => views.has(value as object);

/**
 * Reads one pickle, beginning at `start`. Names in it are looked up in a short list of what tensors are made of; nothing
 * else is called, and no code runs.
 *
 * @throws TypeError if it names anything else or is damaged
 */
export async function unpickle(file: Uint8Array, start: number): Promise<Unpickled> {
  const { Parser } = await import('pickleparser');
  const reader = pickleReader(file, start);
  const storages = new Map<unknown, Storage>();
  const parser = new Parser({
    nameResolver: { resolve: (module: unknown, name: unknown) => resolve(module, name) as () => unknown },
    persistentResolver: {
      resolve: (id: unknown) => {
        const storage = storageOf(id);
        storages.set(storage.key, storage);
        return storage;
      },
    },
    unpicklingTypeOfDictionary: 'Map',
  });
  try {
    return { value: parser.read(reader), storages, end: reader.position };
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('Cannot read')) throw error;
    throw damaged('its pickle must be sound', (error as Error).message);
  }
}

function resolve(module: unknown, name: unknown): unknown {
  if (typeof module === 'string' && typeof name === 'string') {
    const found = NAMES.get(`${module} ${name}`);
    if (found) return found;
    if (module === 'torch' && Object.hasOwn(STORAGES, name)) return STORAGES[name];
  }
  const rule = 'only tensors and plain containers may be in it, as torch.save(model.state_dict(), path) writes them';
  throw damaged(rule, `${show(module)}.${show(name)}`);
}

const NAMES: ReadonlyMap<string, (...parts: unknown[]) => unknown> = new Map(
  Object.entries({
    'collections OrderedDict': () => new Map(),
    'torch Size': (sizes: unknown) => sizes,
    'torch._utils _rebuild_parameter': (tensor: unknown) => tensor,
    'torch._utils _rebuild_tensor': rebuild,
    'torch._utils _rebuild_tensor_v2': rebuild,
  }),
);

function rebuild(storage: unknown, offset: unknown, shape: unknown, strides: unknown): TensorView {
  if (!known.has(storage as object)) throw damaged('a tensor must have a storage', storage);
  if (!isSize(offset)) throw damaged('a tensor must begin within its storage', offset);
  if (!isSizes(shape) || !isSizes(strides) || shape.length !== strides.length) {
    throw damaged('a tensor must have a stride for each of at most 8 sizes', shape);
  }
  const view = Object.freeze({ storage: storage as Storage, offset, shape: [...shape], strides: [...strides] });
  views.add(view);
  return view;
}

/** `('storage', type, key, location, count)`, and for old files a last part that says that it is no view. */
function storageOf(id: unknown): Storage {
  const [kind, type, key, , count, part = null] = Array.isArray(id) ? id : [];
  const number = Object.values(STORAGES).find((name) => name === type);
  if (kind !== 'storage' || !number || typeof key !== 'string' || !isSize(count)) {
    throw damaged('a storage must have a number type, a key and a length', key);
  }
  if (part !== null) throw damaged('a storage must be whole, not a view (save it with PyTorch 0.4 or later)', key);
  const storage = Object.freeze({ type: number, key, count });
  known.add(storage);
  return storage;
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.length <= 8 && value.every(isSize);
