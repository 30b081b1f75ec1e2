import { damaged } from './errors.js';

/** The bytes of an HDF5 file and how much may still be read of them. */
export interface Source {
  readonly view: DataView<ArrayBufferLike>;
  /** Takes from the budget of the whole file; damaged files that point in circles run out of it. */
  readonly spend: (bytes: number) => void;
  /** New memory, paid for from the budget. */
  readonly zeros: (bytes: number) => Uint8Array;
}

/** Reads one structure after another, little endian, as HDF5 stores its own. */
export interface Cursor {
  readonly at: () => number;
  readonly u8: () => number;
  readonly u16: () => number;
  readonly u32: () => number;
  /** 64 bits as a number; an undefined address becomes 2^64, which lies in no file. */
  readonly u64: () => number;
  /** A number of 1, 2, 4 or 8 bytes. */
  readonly sized: (bytes: number) => number;
  readonly skip: (bytes: number) => void;
  readonly text: (bytes: number) => string;
  readonly bytes: (count: number) => Uint8Array;
}

/** The address that stands for none. */
export const UNDEFINED: number = 2 ** 64;

/** Reading a byte of structure costs as much as reading eight of data. */
const STRUCTURE_COST = 8;

/** Opens the bytes of a file. All that is read of them, however often, may add up to the budget. */
export function openSource(bytes: Uint8Array, budget: number): Source {
  let left = budget;
  const spend = (count: number): void => {
    left -= count;
    if (left >= 0) return;
    const rule = `what is read of it must fit the budget of ${budget} bytes`;
    throw new RangeError(`Cannot read the HDF5 file: ${rule}: ${count} more`);
  };
  const zeros = (count: number): Uint8Array => {
    spend(count);
    return new Uint8Array(count);
  };
  return { view: viewOf(bytes), spend, zeros };
}

/** The bytes as numbers of several bytes. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Reads structures from `start` on; reading past `end` is an error. */
export function cursor({ view, spend }: Source, start: number, end: number = view.byteLength): Cursor {
  let at = start;
  const take = (count: number, cost: number): number => {
    const from = at;
    if (!(from >= 0 && count >= 0 && from + count <= Math.min(end, view.byteLength))) {
      throw damaged('every address must lie in it', `${count} bytes at ${from}`);
    }
    spend(count * cost);
    at += count;
    return from;
  };
  const u8 = (): number => view.getUint8(take(1, STRUCTURE_COST));
  const u16 = (): number => view.getUint16(take(2, STRUCTURE_COST), true);
  const u32 = (): number => view.getUint32(take(4, STRUCTURE_COST), true);
  const u64 = (): number => Number(view.getBigUint64(take(8, STRUCTURE_COST), true));
  const bytes = (count: number): Uint8Array => new Uint8Array(view.buffer, view.byteOffset + take(count, 1), count);
  return {
    at: () => at,
    u8,
    u16,
    u32,
    u64,
    sized: (size) => (size === 1 ? u8() : size === 2 ? u16() : size === 4 ? u32() : u64()),
    skip: (count) => {
      take(count, 1);
    },
    text: (count) => untilZero(bytes(count)),
    bytes,
  };
}

/** Text up to the first zero byte. */
export function untilZero(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0);
  return new TextDecoder().decode(zero < 0 ? bytes : bytes.subarray(0, zero));
}

/** Whether four letters stand at an address. */
export function isSigned(source: Source, address: number, signature: string): boolean {
  return cursor(source, address).text(4) === signature;
}
