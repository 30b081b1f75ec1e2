import * as layout from '../layout.js';
import type { Arena } from '../machine/arena.js';
import { type Block, inputRange, kernelOf, packBytes, packFloats, padded, placesIn } from './pack-weights.js';
import type { Gather, Term } from './terms.js';
import { type Fields, writeWords } from './write-feed.js';
import type { LayerPlan } from './write-layer.js';

/** The weights of one term, written to memory. */
export interface TermWeights {
  readonly fields: Fields;
  readonly scale: number;
  /** The size of the largest block. */
  readonly blockBytes: number;
}

/** Packs the weights of a term. */
export function writeWeights(
  arena: Arena,
  term: Term,
  place: number,
  plan: LayerPlan,
  blocks: readonly Block[],
): TermWeights {
  const { whole } = plan;
  if (term.kind === 'gather') return writeGather(arena, term, whole?.limits[place] ?? 2 ** 30, plan, blocks);
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
  return { fields, scale: 1, blockBytes: 0 };
}

function writeGather(
  arena: Arena,
  term: Gather,
  limit: number,
  plan: LayerPlan,
  blocks: readonly Block[],
): TermWeights {
  const { feed } = term;
  const { shape, whole } = plan;
  const kernel = kernelOf(term, shape.at(-1)!);
  const scale = whole?.scale.map((factor) => factor / feed.divisor);
  const packed = blocks.map((block) => {
    const length = placesIn(kernel, block);
    const bytes = scale ? length : 4 * length;
    const address = arena.take(bytes);
    if (scale) packBytes(kernel, block, scale, whole?.bits === 7 ? 64 : 128, arena.bytes(address, length));
    else packFloats(kernel, block, arena.floats(address, length));
    return { address, bytes, range: inputRange(kernel, block) };
  });
  const blockTable = packed.flatMap(({ address, range }) => [address, ...range]);
  const fields: Fields = [
    ...windowFields(term),
    [layout.TERM_KIND, kindOf(plan)],
    [layout.TERM_BLOCKS, writeWords(arena, blockTable)],
    [layout.TERM_LIMIT, limit],
  ];
  return { fields, scale: 1 / feed.divisor, blockBytes: Math.max(...packed.map(({ bytes }) => bytes)) };
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
