import { Unzip, UnzipInflate } from 'fflate';
import { damaged } from './errors.js';
import { collector, feed } from './inflate.js';

/**
 * Reads the wanted files of a zip archive, and no other.
 *
 * @returns the content of each by name; a name that is not in the archive is missing
 * @throws TypeError if the archive is damaged, or a file in it larger than 16 MiB and 8 times the archive
 */
export function readZip(bytes: Uint8Array, wanted: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const most = 2 ** 24 + 8 * bytes.length;
  const content = new Map<string, Uint8Array>();
  const open = new Set<string>();
  const unzip = new Unzip((file) => {
    if (!wanted.includes(file.name) || content.has(file.name)) return;
    const { add, join } = collector(most);
    open.add(file.name);
    file.ondata = (error, chunk, final) => {
      if (error) throw error;
      add(chunk);
      if (!final) return;
      content.set(file.name, join());
      open.delete(file.name);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  feed('zip', bytes, (part, last) => unzip.push(part, last));
  if (open.size > 0) throw damaged('zip', 'every file in it must be whole', [...open]);
  return content;
}
