import type { Group, Value } from './data.js';
import { damaged, show } from './errors.js';
import { groupMembers } from './links.js';
import { type Message, objectHeader } from './object-header.js';
import { openSource } from './source.js';
import { rootAddress } from './superblock.js';
import { readTree } from './tree.js';
import { readAttribute, readDataset } from './values.js';

/** An open HDF5 file. Paths have no slash at either end; the root is `''`. */
export interface Hdf5 {
  /** Whether a group or dataset lies at the path. */
  readonly has: (path: string) => boolean;
  /** An attribute of the group or dataset at the path; undefined where there is none. */
  readonly attribute: (path: string, name: string) => Value | undefined;
  /**
   * The dataset at the path.
   *
   * @throws ReferenceError where there is none
   */
  readonly dataset: (path: string) => Value;
  /** All groups and datasets. One that several links lead to stands at each of them. */
  readonly tree: () => Group;
}

/**
 * Opens the bytes of an HDF5 file. Nothing else is read: no other file, no link out of it. Every function of the result
 * throws, as this one does, where the bytes it needs are damaged or of a form that is not read.
 *
 * @param budget - how many bytes may be read, copied and decompressed in all, from 0 on; a byte of structure counts 8
 * times. Reading a dataset twice costs twice. 16 MiB and 16 times the length of the file by default
 * @throws TypeError if the bytes are damaged, or stored otherwise than h5py does by default
 * @throws RangeError when the budget is spent, or none
 */
export function openHdf5(bytes: Uint8Array, budget?: number): Hdf5 {
  if (!(bytes instanceof Uint8Array)) throw damaged('it must be given as a Uint8Array', typeof bytes);
  const most = budget ?? 2 ** 24 + 16 * bytes.length;
  if (!(most >= 0)) throw new RangeError(`Cannot read the HDF5 file: the budget must be 0 or more: ${show(most)}`);
  const source = openSource(bytes, most);
  const headers = new Map<number, readonly Message[]>();
  const members = new Map<number, ReadonlyMap<string, number>>();
  const root = rootAddress(source, bytes);
  const header = (address: number): readonly Message[] =>
    remember(headers, address, () => objectHeader(source, address));
  const find = (path: string): number | undefined => {
    let address: number | undefined = root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      if (address === undefined) return undefined;
      const group: number = address;
      address = remember(members, group, () => groupMembers(source, header(group))).get(name);
    }
    return address;
  };
  return {
    has: (path) => find(path) !== undefined,
    attribute: (path, name) => {
      const address = find(path);
      return address === undefined ? undefined : readAttribute(source, header(address), name);
    },
    dataset: (path) => {
      const address = find(path);
      if (address === undefined)
        throw new ReferenceError(`Cannot read the HDF5 file: a dataset must exist: '${show(path)}'`);
      return readDataset(source, header(address), path);
    },
    tree: () => readTree(source, root),
  };
}

function remember<Known>(known: Map<number, Known>, key: number, make: () => Known): Known {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
