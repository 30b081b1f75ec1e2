import { nodeModules } from './node-modules.js';

/**
 * Reads a whole file. Needs Node.
 *
 * @throws ReferenceError when the file does not exist
 * @throws RangeError when it has more than `limit` bytes
 */
export async function readBytes(path: string | URL, limit: number): Promise<Uint8Array> {
  const { readFile, stat } = nodeModules(`read ${path}`)('node:fs/promises');
  try {
    const { size } = await stat(path);
    if (size > limit) throw new RangeError(`Cannot read ${path}: the file must have at most ${limit} bytes: ${size}`);
    const { buffer, byteOffset, length } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (cause) {
    throw cause instanceof RangeError ? cause : missing(path, 'file', cause);
  }
}

/** The names in a folder that do not begin with a dot, in the order of their UTF-16 codes. */
export interface Listing {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/**
 * Lists a folder. Needs Node.
 *
 * @throws ReferenceError when the folder does not exist
 */
export async function list(path: string): Promise<Listing> {
  const { readdir } = nodeModules(`read ${path}`)('node:fs/promises');
  try {
    const entries = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
    const names = (folders: boolean) =>
      entries
        .filter((entry) => entry.isDirectory() === folders)
        .map(({ name }) => name)
        .sort();
    return { folders: names(true), files: names(false) };
  } catch (cause) {
    throw missing(path, 'folder', cause);
  }
}

function missing(path: string | URL, what: string, cause: unknown): ReferenceError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new ReferenceError(`Cannot read ${path}: the ${what} must exist and be readable: ${message}`, { cause });
}
