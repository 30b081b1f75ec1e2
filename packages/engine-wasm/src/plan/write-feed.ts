import * as layout from '../layout.js';
import type { Arena } from '../machine/arena.js';
import type { Feed, Part } from './feeds.js';
import type { Lists } from './lists.js';
import { addressOf, type Bits, type Signal } from './signals.js';

/** Values of a record by the byte offset of their field. */
export type Fields = readonly (readonly [offset: number, value: number])[];

/** Writes fields of a record, each at its offset. */
export function record(arena: Arena, address: number, fields: Fields): void {
  const words = arena.words(address, 32);
  for (const [offset, value] of fields) words[offset / 4] = value;
}

/** Who sees a feed: a slot, or with it those after it; and where its lists go, absent if it is not listed. */
interface Reader {
  readonly slot: number;
  readonly abreast: boolean;
  readonly lists: Lists | undefined;
}

/** Writes the record of a feed. */
export function layerFeed(arena: Arena, feed: Feed, signals: ReadonlyMap<string, Signal>, reader: Reader): number {
  const { lists } = reader;
  const parts = arena.take(feed.parts.length * layout.PART_BYTES);
  feed.parts.forEach((part, i) => {
    record(arena, parts + i * layout.PART_BYTES, partFields(part, signals.get(part.source) as Bits, reader));
  });
  const address = arena.take(layout.FEED_BYTES);
  record(arena, address, [
    [layout.FEED_HEIGHT, feed.height],
    [layout.FEED_WIDTH, feed.width],
    [layout.FEED_CHANNELS, feed.channels],
    [layout.FEED_ENTRIES, lists?.entries ?? 0],
    [layout.FEED_ENTRIES_STEP, lists?.entriesStep ?? 0],
    [layout.FEED_STARTS, lists?.starts ?? 0],
    [layout.FEED_STARTS_STEP, lists?.startsStep ?? 0],
    [layout.FEED_PARTS, parts],
    [layout.FEED_PART_COUNT, feed.parts.length],
  ]);
  return address;
}

const partFields = (part: Part, bits: Bits, { slot, abreast }: Reader): Fields => [
  [layout.PART_BITS, addressOf(bits, slot, 0)],
  [layout.PART_BITS_STEP, abreast ? bits.slotBytes : bits.stepBytes],
  [layout.PART_POSITION_BYTES, bits.positionBytes],
  [layout.PART_WIDTH, part.width],
  [layout.PART_CHANNEL, part.channel],
  [layout.PART_WINDOW_HEIGHT, part.window[0]],
  [layout.PART_WINDOW_WIDTH, part.window[1]],
  [layout.PART_STRIDE_Y, part.strides[0]],
  [layout.PART_STRIDE_X, part.strides[1]],
];

/** Writes whole numbers one after another; returns their address. */
export function writeWords(arena: Arena, values: readonly number[]): number {
  const address = arena.take(values.length * 4);
  arena.words(address, values.length).set(values);
  return address;
}
