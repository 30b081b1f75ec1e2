import { damaged } from './errors.js';
import { MESSAGE, type Message } from './object-header.js';
import { cursor, isSigned, type Source, UNDEFINED } from './source.js';

/** The addresses of a group's members by name. Soft and external links are left out: nothing outside the file is read. */
export function groupMembers(source: Source, messages: readonly Message[]): ReadonlyMap<string, number> {
  const members = new Map<string, number>();
  for (const { type, start, end } of messages) {
    if (type === MESSAGE.symbolTable) readSymbolTable(source, start, members);
    if (type === MESSAGE.link) readLink(source, start, end, members);
    if (type === MESSAGE.linkInfo) requireCompact(source, start);
  }
  return members;
}

function requireCompact(source: Source, start: number): void {
  const reader = cursor(source, start + 1);
  if (reader.u8() & 1) reader.skip(8);
  if (reader.u64() !== UNDEFINED) {
    throw damaged("its groups must be stored as h5py's default libver='earliest' does", 'links in a heap');
  }
}

function readLink(source: Source, start: number, end: number, members: Map<string, number>): void {
  const reader = cursor(source, start + 1, end);
  const flags = reader.u8();
  const kind = flags & 8 ? reader.u8() : 0;
  reader.skip((flags & 4 ? 8 : 0) + (flags & 0x10 ? 1 : 0));
  const name = reader.text(reader.sized(1 << (flags & 3)));
  if (kind === 0) members.set(name, reader.u64());
}

function readSymbolTable(source: Source, start: number, members: Map<string, number>): void {
  const reader = cursor(source, start);
  const [tree, heap] = [reader.u64(), reader.u64()];
  if (!isSigned(source, heap, 'HEAP')) throw damaged('a group must have a heap of names', `none at ${heap}`);
  const header = cursor(source, heap + 8);
  const size = header.u64();
  header.skip(8);
  const names = header.u64();
  for (const { child } of treeLeaves(source, tree, 0, 8)) {
    if (!isSigned(source, child, 'SNOD')) throw damaged('a group must list its members', `none at ${child}`);
    const list = cursor(source, child + 6);
    for (let left = list.u16(); left > 0; left--) {
      const nameAt = names + list.u64();
      const address = list.u64();
      list.skip(24);
      members.set(readName(source, nameAt, names + size), address);
    }
  }
}

/** No name that people give comes near it. */
const LONGEST_NAME = 1024;

function readName(source: Source, start: number, end: number): string {
  return cursor(source, start, end).text(Math.min(LONGEST_NAME, Math.max(0, end - start)));
}

/** What a version 1 B-tree keeps: where the key of an entry lies, and the address that belongs to it. */
export interface Leaf {
  readonly key: number;
  readonly child: number;
}

/**
 * Lists the leaves of a version 1 B-tree in order. Levels fall from node to node, so that no damaged tree is endless.
 *
 * @param kind - 0 for groups, 1 for chunks
 * @param keySize - bytes of a key
 */
export function* treeLeaves(source: Source, root: number, kind: number, keySize: number): Generator<Leaf> {
  const pending: { address: number; level?: number }[] = [{ address: root }];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const { address } = node;
    if (!isSigned(source, address, 'TREE')) throw damaged('a tree must have its signature', `none at ${address}`);
    const reader = cursor(source, address + 4);
    const [type, level, entries] = [reader.u8(), reader.u8(), reader.u16()];
    if (type !== kind || level !== (node.level ?? level)) throw damaged('a tree must be of one kind', address);
    reader.skip(16);
    const leaves: Leaf[] = [];
    for (let index = 0; index < entries; index++) {
      const key = reader.at();
      reader.skip(keySize);
      leaves.push({ key, child: reader.u64() });
    }
    if (level === 0) yield* leaves;
    else for (const { child } of leaves.reverse()) pending.push({ address: child, level: level - 1 });
  }
}
