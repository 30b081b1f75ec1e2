import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { canonicalJson, type Json, sha256 } from '@spikewright/snn-core';

/** What is costly to make and can be made again; git does not keep it. */
const FOLDER = new URL('../../.cache/', import.meta.url);

/**
 * Gives the path of a file that depends on nothing but its recipe, and makes it first if it is not there.
 *
 * @param recipe - all that decides the content
 */
export async function cached(name: string, recipe: Json, make: () => Promise<Uint8Array>): Promise<string> {
  const hash = await sha256(canonicalJson(recipe));
  const path = fileURLToPath(new URL(`${name}-${hash.slice(0, 16)}.safetensors`, FOLDER));
  if (await exists(path)) return path;
  await mkdir(FOLDER, { recursive: true });
  // Another process may make the same file: a rename leaves no half of it.
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, await make());
  await rename(unfinished, path);
  return path;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
