import type { Group, Value } from './data.js';
import { damaged } from './errors.js';
import { groupMembers } from './links.js';
import { MESSAGE, objectHeader } from './object-header.js';
import type { Source } from './source.js';
import { readDataset } from './values.js';

/** Groups in groups. Files of people stay far below; a group that lies in itself is endless. */
const DEEPEST = 40;

/**
 * Reads the group at an address and all that lies in it. Nothing is remembered from one group to the next: what many
 * links lead to is paid for by each of them, or a small file could become a tree of any size.
 */
export function readTree(source: Source, address: number, depth = 0): Group {
  if (depth > DEEPEST) throw damaged(`groups must be nested at most ${DEEPEST} deep`, depth);
  const members = new Map<string, Group | Value>();
  for (const [name, member] of groupMembers(source, objectHeader(source, address))) {
    const header = objectHeader(source, member);
    const isDataset = header.some(({ type }) => type === MESSAGE.layout);
    members.set(name, isDataset ? readDataset(source, header, name) : readTree(source, member, depth + 1));
  }
  return members;
}
