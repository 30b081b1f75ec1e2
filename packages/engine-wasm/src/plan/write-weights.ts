import * as layout from '../layout.js';
import type { Arena } from '../machine/arena.js';
import { type Feed, windowSize } from './feeds.js';
import { type Block, inputRange, kernelOf, packBytes, packFloats, padded } from './pack-weights.js';
import type { Extent } from './signals.js';
import type { Gather, Term } from './terms.js';
import { type Fields, writeWords } from './write-feed.js';
import type { LayerPlan } from './write-layer.js';

/** The weights of one term, written to memory. */
export interface TermWeights {
  readonly fields: Fields;
  readonly scale: number;
  /** The size of the largest block. */
  readonly blockBytes: number;
  /** Room for the lists of a term, for each thread; undefined where nothing is listed. */
  readonly scratch: readonly Scratch[] | undefined;
}

/** Room for the lists of one thread. */
export interface Scratch {
  /** The fields of the term that point to them. */
  readonly fields: Fields;
  readonly entries: number;
  readonly entriesStep: number;
  readonly starts: number;
  readonly startsStep: number;
}

/** Packs the weights of a term and makes room for its lists. */
export function writeWeights(
  arena: Arena,
  term: Term,
  place: number,
  plan: LayerPlan,
  blocks: readonly Block[],
  extent: Extent,
): TermWeights {
  const { whole } = plan;
  if (term.kind === 'gather') return writeGather(arena, term, whole?.limits[place] ?? 2 ** 30, plan, blocks, extent);
  const channels = padded(plan.shape.at(-1)!);
  const diagonal = arena.take(channels * 4);
  const table = whole ? arena.words(diagonal, channels) : arena.floats(diagonal, channels);
  for (let c = 0; c < plan.shape.at(-1)!; c++) {
    table[c] = (term.factor[c % term.factor.length] * (whole?.scale[c] ?? 1)) / term.feed.divisor;
  }
  const kind = whole ? layout.KIND_DIAGONAL : layout.KIND_DIAGONAL_FLOAT;
  const fields: Fields = [
    [layout.TERM_KIND, kind],
    [layout.TERM_DIAGONAL, diagonal],
  ];
  return { fields, scale: 1, blockBytes: 0, scratch: undefined };
}

function writeGather(
  arena: Arena,
  term: Gather,
  limit: number,
  plan: LayerPlan,
  blocks: readonly Block[],
  extent: Extent,
): TermWeights {
  const { feed } = term;
  const { shape, whole } = plan;
  const kernel = kernelOf(term, shape.at(-1)!);
  const scale = whole?.scale.map((factor) => factor / feed.divisor);
  const packed = blocks.map((block) => {
    const bytes = scale
      ? packBytes(kernel, block, scale, whole?.bits === 7 ? 64 : 128)
      : packFloats(kernel, block, (length) => new Float32Array(length));
    const address = arena.take(bytes.byteLength);
    arena.bytes(address, bytes.byteLength).set(new Uint8Array(bytes.buffer));
    return { address, bytes: bytes.byteLength, range: inputRange(kernel, block) };
  });
  const scratch = Array.from({ length: extent.lanes }, () => takeScratch(arena, feed, kernel.taps, extent.listed));
  const blockTable = packed.flatMap(({ address, range }) => [address, ...range]);
  const fields: Fields = [
    ...windowFields(term),
    [layout.TERM_KIND, kindOf(plan)],
    [layout.TERM_BLOCKS, writeWords(arena, blockTable)],
    [layout.TERM_LIMIT, limit],
  ];
  return { fields, scale: 1 / feed.divisor, blockBytes: Math.max(...packed.map(({ bytes }) => bytes)), scratch };
}

const windowFields = ({ size, strides, dilation, top, left, groups }: Gather): Fields => [
  [layout.TERM_KERNEL_HEIGHT, size[0]],
  [layout.TERM_KERNEL_WIDTH, size[1]],
  [layout.TERM_STRIDE_Y, strides[0]],
  [layout.TERM_STRIDE_X, strides[1]],
  [layout.TERM_DILATION_Y, dilation[0]],
  [layout.TERM_DILATION_X, dilation[1]],
  [layout.TERM_TOP, top],
  [layout.TERM_LEFT, left],
  [layout.TERM_RANGED, dilation[1] > 1 || groups > 1 ? 1 : 0],
];

function kindOf({ whole, double }: LayerPlan): number {
  if (whole) return whole.bits === 7 ? layout.KIND_GATHER_7 : layout.KIND_GATHER_8;
  return double ? layout.KIND_GATHER_DOUBLE : layout.KIND_GATHER_FLOAT;
}

function takeScratch(arena: Arena, feed: Feed, taps: number, listed: number): Scratch {
  const repeats = feed.parts.reduce((sum, part) => sum + windowSize(part), 0);
  const rowsStep = (taps * feed.channels * repeats + 16) * 2;
  const entriesStep = (feed.height * feed.width * feed.channels * repeats + 16) * 2;
  const startsStep = (feed.height * feed.width + 1) * 4;
  return {
    fields: [
      [layout.TERM_ROWS, arena.take(listed * rowsStep)],
      [layout.TERM_ROWS_STEP, rowsStep],
      [layout.TERM_COUNTS, arena.take(listed * 4)],
    ],
    entries: arena.take(listed * entriesStep),
    entriesStep,
    starts: arena.take(listed * startsStep),
    startsStep,
  };
}
