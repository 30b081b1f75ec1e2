import type { Neuron, Shape } from '@spikewright/snn-core';
import * as layout from '../layout.js';
import type { Arena } from '../machine/arena.js';
import { CALLED, type Call } from '../machine/load-kernels.js';
import type { Machine } from '../machine/start-machine.js';
import { type Lists, layOutLists } from './lists.js';
import { neuronTables } from './neuron-tables.js';
import { keepCalls, type Operation, type Share, shareOf } from './operation.js';
import { blocksOf, padded } from './pack-weights.js';
import type { Bits, Extent, Signal } from './signals.js';
import type { Current } from './terms.js';
import type { WholeNumbers } from './whole-numbers.js';
import { type Fields, layerFeed, record, writeWords } from './write-feed.js';
import { type TermWeights, writeWeights } from './write-weights.js';

/** What a layer is made from. */
export interface LayerPlan {
  readonly shape: Shape;
  readonly current: Current;
  /** Undefined: floats. */
  readonly whole: WholeNumbers | undefined;
  /** Whether floats are added up in 64 bits; for currents only. */
  readonly double: boolean;
  /** Where each thread's lists go. */
  readonly lists: readonly number[];
  /** The neurons and where their spikes go; or where a slot's currents go, `[step][position][padded channel]`. */
  readonly target: { readonly neuron: Neuron; readonly bits: Bits } | { readonly currents: (slot: number) => number };
}

/** What a block's weights should leave of the level-2 cache. */
const CACHE = 512 * 1024;

/** Packs a layer's weights, and makes the operation that takes it from spikes to spikes or currents. */
export function writeLayer(
  { arena }: Machine,
  plan: LayerPlan,
  signals: ReadonlyMap<string, Signal>,
  extent: Extent,
): Operation {
  const channels = plan.shape.at(-1)!;
  const blocks = blocksOf(padded(channels), plan.whole ? 64 : plan.double ? 16 : 32);
  const weights = plan.current.terms.map((term, i) => writeWeights(arena, term, i, plan, blocks));
  const tables = neuronTables(arena, plan, extent);
  const largest = Math.max(1, ...weights.map(({ blockBytes }) => blockBytes));
  const shared: Fields = [
    [layout.LAYER_FLOAT, plan.whole ? 0 : 1],
    [layout.LAYER_WIDTH, plan.shape.length === 3 ? plan.shape[1] : 1],
    [layout.LAYER_CHANNELS, padded(channels)],
    [layout.LAYER_TERM_COUNT, weights.length],
    [
      layout.LAYER_BLOCKS,
      writeWords(
        arena,
        blocks.flatMap(({ channel, width }) => [channel, width]),
      ),
    ],
    [layout.LAYER_GROUP, Math.max(1, Math.floor(CACHE / largest))],
  ];
  const calls = keepCalls((slot, share) => {
    const { lists } = layOutLists(plan.current.terms, extent.listed, plan.lists[share.lane]);
    const feeds = plan.current.terms.map((term, i) =>
      layerFeed(arena, term.feed, signals, { slot, abreast: share.abreast, lists: lists[i] }),
    );
    const layer = arena.take(layout.LAYER_BYTES);
    const terms = writeTerms(arena, weights, feeds, lists);
    record(arena, layer, [...shared, ...tables.fields(slot, share.abreast), [layout.LAYER_TERMS, terms]]);
    record(arena, layer, partOf(plan.shape, blocks.length, share));
    const listed = feeds.filter((_, i) => lists[i]);
    return [...listed.map((feed): Call => [LIST, feed]), [RUN, layer]];
  });
  return { kind: 'kernels', abreast: true, calls, reset: tables.reset };
}

const LIST = CALLED.indexOf('listSpikes');
const RUN = CALLED.indexOf('runLayer');

/** The rows or blocks that a share does, whichever there are more of. */
function partOf(shape: Shape, blocks: number, share: Share): Fields {
  const rows = shape.length === 3 ? shape[0] : 1;
  const [fromRow, toRow] = rows >= blocks ? shareOf(rows, share) : [0, rows];
  const [fromBlock, toBlock] = rows >= blocks ? [0, blocks] : shareOf(blocks, share);
  return [
    [layout.LAYER_FROM_ROW, fromRow],
    [layout.LAYER_TO_ROW, toRow],
    [layout.LAYER_FROM_BLOCK, fromBlock],
    [layout.LAYER_TO_BLOCK, toBlock],
  ];
}

function writeTerms(
  arena: Arena,
  weights: readonly TermWeights[],
  feeds: readonly number[],
  lists: readonly (Lists | undefined)[],
): number {
  const terms = arena.take(weights.length * layout.TERM_BYTES);
  weights.forEach(({ fields, scale }, i) => {
    const at = terms + i * layout.TERM_BYTES;
    record(arena, at, [...fields, [layout.TERM_FEED, feeds[i]], ...listFields(lists[i])]);
    arena.floats(at + layout.TERM_SCALE, 1)[0] = scale;
  });
  return terms;
}

const listFields = (lists: Lists | undefined): Fields =>
  lists
    ? [
        [layout.TERM_ROWS, lists.rows],
        [layout.TERM_ROWS_STEP, lists.rowsStep],
        [layout.TERM_COUNTS, lists.counts],
      ]
    : [];
