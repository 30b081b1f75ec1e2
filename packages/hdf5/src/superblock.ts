import { damaged } from './errors.js';
import { cursor, type Source } from './source.js';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Reads the superblock, with which a file begins: how long the file is, and where the root group is. */
export function rootAddress(source: Source, bytes: Uint8Array): number {
  if (!SIGNATURE.every((byte, index) => bytes[index] === byte)) {
    throw damaged('it must begin with \\x89HDF', `${bytes.length} bytes`);
  }
  const version = cursor(source, 8).u8();
  if (version > 3) throw damaged('its superblock must have version 0 to 3', version);
  const sizes = cursor(source, version < 2 ? 13 : 9);
  const [offsets, lengths] = [sizes.u8(), sizes.u8()];
  if (offsets !== 8 || lengths !== 8) throw damaged('its addresses must have 8 bytes', `${offsets}, ${lengths}`);
  const [end, root] = version === 0 ? [40, 64] : version === 1 ? [44, 68] : [28, 36];
  const length = cursor(source, end).u64();
  if (length > bytes.length) throw damaged(`it must be whole, ${length} bytes`, bytes.length);
  return cursor(source, root).u64();
}
