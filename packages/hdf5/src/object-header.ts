import { damaged } from './errors.js';
import { type Cursor, cursor, isSigned, type Source } from './source.js';

/** One message of an object header: what it is and where its content lies. */
export interface Message {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

/** Kinds of messages, by their numbers in the file format. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** A stretch of messages. */
interface Block {
  readonly start: number;
  readonly end: number;
}

/** No object in the files of people comes near it. */
const MOST_BLOCKS = 1000;

/** Lists the messages of the object at an address (object header versions 1 and 2). */
export function objectHeader(source: Source, address: number): readonly Message[] {
  const second = isSigned(source, address, 'OHDR');
  const { first, readMessage, trim } = second ? version2(source, address) : version1(source, address);
  const messages: Message[] = [];
  const blocks: Block[] = [first];
  for (let index = 0; index < blocks.length; index++) {
    if (index >= MOST_BLOCKS) throw damaged(`an object must have at most ${MOST_BLOCKS} parts`, address);
    const { end } = blocks[index];
    const reader = cursor(source, blocks[index].start, end);
    while (end - reader.at() >= 8) {
      const { type, size, shared } = readMessage(reader);
      const start = reader.at();
      reader.skip(size);
      if (type === MESSAGE.continuation) blocks.push(continuation(source, start, trim));
      // A shared message is only a reference to one that lies elsewhere, which is not read.
      else if (!shared) messages.push({ type, start, end: start + size });
    }
  }
  return messages;
}

function continuation(source: Source, at: number, [front, back]: readonly [number, number]): Block {
  const reader = cursor(source, at);
  const [start, length] = [reader.u64(), reader.u64()];
  return { start: start + front, end: start + length - back };
}

/** What differs between the versions of the header. */
interface Version {
  readonly first: Block;
  readonly readMessage: (reader: Cursor) => { type: number; size: number; shared: boolean };
  /** Bytes before and after the messages of a continuation: its signature and checksum. */
  readonly trim: readonly [front: number, back: number];
}

function version1(source: Source, address: number): Version {
  const reader = cursor(source, address);
  const version = reader.u8();
  if (version !== 1) throw damaged('an object header must have version 1 or 2', version);
  reader.skip(7);
  const size = reader.u32();
  return {
    first: { start: address + 16, end: address + 16 + size },
    readMessage: (from) => {
      const [type, length, flags] = [from.u16(), from.u16(), from.u8()];
      from.skip(3);
      return { type, size: length, shared: (flags & 2) !== 0 };
    },
    trim: [0, 0],
  };
}

function version2(source: Source, address: number): Version {
  const reader = cursor(source, address + 4);
  const [version, flags] = [reader.u8(), reader.u8()];
  if (version !== 2) throw damaged('an object header must have version 1 or 2', version);
  reader.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0));
  const size = reader.sized(1 << (flags & 3));
  return {
    first: { start: reader.at(), end: reader.at() + size },
    readMessage: (from) => {
      const [type, length, messageFlags] = [from.u8(), from.u16(), from.u8()];
      if (flags & 4) from.skip(2);
      return { type, size: length, shared: (messageFlags & 2) !== 0 };
    },
    trim: [4, 4],
  };
}
