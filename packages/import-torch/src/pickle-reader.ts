import { damaged } from './show.js';

/** Far more than the pickle of a network with a thousand layers has. */
const MOST_INSTRUCTIONS = 1_000_000;

const BUILD = 0x62;
const POP = 0x30;
const LONG1 = 0x8a;

/** The instructions that state dicts are made of; no others are carried out. */
const INSTRUCTIONS: ReadonlySet<number> = new Set([
  ...Array.from('.(NJKMGTUX)t]ae}suqrhjcRbQ', (letter) => letter.charCodeAt(0)),
  ...[0x80, 0x85, 0x86, 0x87, 0x88, 0x89, LONG1, 0x8c, 0x93, 0x94, 0x95],
]);

/** What a pickle machine reads from; it asks `hasNext` before every instruction. */
export interface PickleReader {
  readonly position: number;
  hasNext(): boolean;
  byte(): number;
  bytes(length: number): Uint8Array;
  uint16(): number;
  int32(): number;
  uint32(): number;
  uint64(): number;
  float64(): number;
  skip(length: number): void;
  string(length: number): string;
  line(): string;
}

/**
 * Reads a pickle within bounds, from a place on: it never goes back, and refuses instructions that no state dict has.
 * BUILD, which sets attributes of objects, is read as POP: what is read here has none.
 */
export function pickleReader(file: Uint8Array, start: number): PickleReader {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const decoder = new TextDecoder();
  let [at, instructions, instruction] = [start, 0, -1];
  const take = (length: number): number => {
    if (!(length >= 0 && at + length <= file.length)) throw damaged('a pickle must end within the file', length);
    const from = at;
    at += length;
    return from;
  };
  const string = (length: number): string => {
    const from = take(length);
    return decoder.decode(file.subarray(from, from + length));
  };
  return {
    get position() {
      return at;
    },
    hasNext() {
      if (at >= file.length) return false;
      if (++instructions > MOST_INSTRUCTIONS)
        throw damaged('a pickle must be short', `${MOST_INSTRUCTIONS} instructions`);
      instruction = at;
      if (!INSTRUCTIONS.has(file[at])) throw damaged('an instruction must be one of a state dict', file[at]);
      if (file[at] === LONG1 && file[at + 1] > 6)
        throw damaged('whole numbers must have at most 6 bytes', file[at + 1]);
      return true;
    },
    byte() {
      const from = take(1);
      return from === instruction && file[from] === BUILD ? POP : file[from];
    },
    bytes: (length) => file.slice(take(length), at),
    uint16: () => view.getUint16(take(2), true),
    int32: () => view.getInt32(take(4), true),
    uint32: () => view.getUint32(take(4), true),
    uint64: () => Number(view.getBigUint64(take(8), true)),
    float64: () => view.getFloat64(take(8)),
    skip: (length) => {
      take(length);
    },
    string,
    line: () => {
      const end = file.indexOf(0x0a, at);
      const text = string(end - at);
      take(1);
      return text;
    },
  };
}
