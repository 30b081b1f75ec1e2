import type { Neuron, Shape } from '@spikewright/snn-core';
import type { Arena } from '../arena.js';
import * as layout from '../layout.js';
import type { Machine } from '../load-kernels.js';
import { neuronTables } from './neuron-tables.js';
import { type Block, blocksOf, inputRange, kernelOf, packBytes, packFloats, padded } from './pack-weights.js';
import type { Bits, Extent, Signal } from './signals.js';
import type { Current, Gather, Term } from './terms.js';
import type { WholeNumbers } from './whole-numbers.js';
import { layerFeed, record } from './write-feed.js';

/** A layer that kernels run from spikes to spikes, or from spikes to currents. */
export interface FusedLayer {
  /** Takes a slot through the steps of a chunk. */
  run(slot: number, steps: number): void;
  /** Puts a slot's potentials back to what they were before the first step. */
  reset(slot: number): void;
}

/** What a layer is made from. */
export interface LayerPlan {
  readonly shape: Shape;
  readonly current: Current;
  /** Undefined: 32-bit floats. */
  readonly whole: WholeNumbers | undefined;
  /** The neurons and where their spikes go; or where currents go, `[step][position][padded channel]` in 32 bits. */
  readonly target: { readonly neuron: Neuron; readonly bits: Bits } | { readonly currents: number };
}

/** What a block's weights should leave of the level-2 cache. */
const CACHE = 512 * 1024;

/** Packs a layer's weights and writes its records, one for each slot. */
export function writeLayer(
  { arena, kernels }: Machine,
  plan: LayerPlan,
  signals: ReadonlyMap<string, Signal>,
  extent: Extent,
): FusedLayer {
  const channels = plan.shape.at(-1)!;
  const blocks = blocksOf(padded(channels), plan.whole ? 64 : 32);
  const weights = plan.current.terms.map((term, i) => writeWeights(arena, term, i, plan, blocks, extent));
  const tables = neuronTables(arena, plan, extent);
  const largest = Math.max(0, ...weights.map(({ blockBytes }) => blockBytes));
  const group = Math.max(1, Math.floor(CACHE / Math.max(largest, 1)));
  const blockTable = words(
    arena,
    blocks.flatMap(({ channel, width }) => [channel, width]),
  );
  const slots = Array.from({ length: extent.slots }, (_, slot) => {
    const feeds = plan.current.terms.map((term, i) => layerFeed(arena, term.feed, signals, slot, weights[i].lists));
    const terms = arena.take(weights.length * layout.TERM_BYTES);
    weights.forEach(({ fields, scale }, i) => {
      const at = terms + i * layout.TERM_BYTES;
      record(arena, at, [...fields, [layout.TERM_FEED, feeds[i]]]);
      arena.floats(at + layout.TERM_SCALE, 1)[0] = scale;
    });
    const layer = arena.take(layout.LAYER_BYTES);
    record(arena, layer, [
      ...shapeFields(plan.shape),
      ...tables.fields(slot),
      [layout.LAYER_FLOAT, plan.whole ? 0 : 1],
      [layout.LAYER_TERMS, terms],
      [layout.LAYER_TERM_COUNT, weights.length],
      [layout.LAYER_BLOCKS, blockTable],
      [layout.LAYER_BLOCK_COUNT, blocks.length],
      [layout.LAYER_GROUP, group],
    ]);
    const listed = feeds.filter((_, i) => plan.current.terms[i].kind === 'gather');
    return { layer, listed };
  });
  return {
    run: (slot, steps) => {
      for (const feed of slots[slot].listed) kernels.listSpikes(feed, steps);
      kernels.runLayer(slots[slot].layer, steps);
    },
    reset: tables.reset,
  };
}

type Fields = readonly (readonly [offset: number, value: number])[];

function shapeFields(shape: Shape): Fields {
  const [height, width] = shape.length === 3 ? shape : [1, 1];
  return [
    [layout.LAYER_HEIGHT, height],
    [layout.LAYER_WIDTH, width],
    [layout.LAYER_CHANNELS, padded(shape.at(-1)!)],
  ];
}

interface TermWeights {
  readonly fields: Fields;
  readonly scale: number;
  /** The size of the largest block. */
  readonly blockBytes: number;
  /** Room for the lists of the term's feed. */
  readonly lists: Lists | undefined;
}

/** Room for lists, shared by all slots. */
export interface Lists {
  readonly entries: number;
  readonly entriesStep: number;
  readonly starts: number;
  readonly startsStep: number;
}

function writeWeights(
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
    table[c] = term.factor[c % term.factor.length] * (whole?.scale[c] ?? 1);
  }
  const kind = whole ? layout.KIND_DIAGONAL : layout.KIND_DIAGONAL_FLOAT;
  const fields: Fields = [
    [layout.TERM_KIND, kind],
    [layout.TERM_DIAGONAL, diagonal],
  ];
  return { fields, scale: 1, blockBytes: 0, lists: undefined };
}

function writeGather(
  arena: Arena,
  term: Gather,
  limit: number,
  { shape, whole }: LayerPlan,
  blocks: readonly Block[],
  { chunk }: Extent,
): TermWeights {
  const { feed } = term;
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
  const repeats = feed.parts.reduce((sum, { window }) => sum + window[0] * window[1], 0);
  const rowsStep = (kernel.taps * feed.channels * repeats + 16) * 2;
  const entriesStep = (feed.height * feed.width * feed.channels * repeats + 16) * 2;
  const startsStep = (feed.height * feed.width + 1) * 4;
  const lists: Lists = {
    entries: arena.take(chunk * entriesStep),
    entriesStep,
    starts: arena.take(chunk * startsStep),
    startsStep,
  };
  const ranged = term.dilation[1] > 1 || term.groups > 1;
  const fields: Fields = [
    [
      layout.TERM_KIND,
      whole ? (whole.bits === 7 ? layout.KIND_GATHER_7 : layout.KIND_GATHER_8) : layout.KIND_GATHER_FLOAT,
    ],
    [layout.TERM_KERNEL_HEIGHT, term.size[0]],
    [layout.TERM_KERNEL_WIDTH, term.size[1]],
    [layout.TERM_STRIDE_Y, term.strides[0]],
    [layout.TERM_STRIDE_X, term.strides[1]],
    [layout.TERM_DILATION_Y, term.dilation[0]],
    [layout.TERM_DILATION_X, term.dilation[1]],
    [layout.TERM_TOP, term.top],
    [layout.TERM_LEFT, term.left],
    [layout.TERM_RANGED, ranged ? 1 : 0],
    [layout.TERM_ROWS, arena.take(chunk * rowsStep)],
    [layout.TERM_ROWS_STEP, rowsStep],
    [layout.TERM_COUNTS, arena.take(chunk * 4)],
    [
      layout.TERM_BLOCKS,
      words(
        arena,
        packed.flatMap(({ address, range }) => [address, ...range]),
      ),
    ],
    [layout.TERM_LIMIT, limit],
  ];
  return { fields, scale: 1 / feed.divisor, blockBytes: Math.max(...packed.map(({ bytes }) => bytes)), lists };
}

function words(arena: Arena, values: readonly number[]): number {
  const address = arena.take(values.length * 4);
  arena.words(address, values.length).set(values);
  return address;
}
