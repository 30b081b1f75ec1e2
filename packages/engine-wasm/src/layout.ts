// The records that plans write and kernels read: every field is a 32-bit word, named by its byte offset. This file is
// compiled twice, by TypeScript and by AssemblyScript, so that both sides agree.

// Tables: the places of the bits of a byte, and masks for four bits.
export const PLACES_BYTES = 4096;
export const MASKS_BYTES = 256;

// A feed: spikes of one or several nodes, seen as one image of lists.
/** Positions of the image. */
export const FEED_HEIGHT = 0;
export const FEED_WIDTH = 4;
/** Channels of the image, all parts together. */
export const FEED_CHANNELS = 8;
/** Lists of 16-bit entries `x · channels + channel`, one list a step, and the bytes between steps. */
export const FEED_ENTRIES = 12;
export const FEED_ENTRIES_STEP = 16;
/** Where each position's entries start, `positions + 1` 32-bit counts a step, and the bytes between steps. */
export const FEED_STARTS = 20;
export const FEED_STARTS_STEP = 24;
export const FEED_PARTS = 28;
export const FEED_PART_COUNT = 32;
export const FEED_BYTES = 36;

// A part of a feed: the bits of one node, perhaps under a pooling window.
/** Bits of step 1, bytes between steps, bytes of one position. */
export const PART_BITS = 0;
export const PART_BITS_STEP = 4;
export const PART_POSITION_BYTES = 8;
/** Width of the node's image. */
export const PART_WIDTH = 12;
/** The first channel of the feed that the part fills. */
export const PART_CHANNEL = 16;
export const PART_WINDOW_HEIGHT = 20;
export const PART_WINDOW_WIDTH = 24;
export const PART_STRIDE_Y = 28;
export const PART_STRIDE_X = 32;
export const PART_BYTES = 36;

// A term: one connection into a layer.
/** One of the GATHER or DIAGONAL kinds below. */
export const TERM_KIND = 0;
export const TERM_FEED = 4;
export const TERM_KERNEL_HEIGHT = 8;
export const TERM_KERNEL_WIDTH = 12;
export const TERM_STRIDE_Y = 16;
export const TERM_STRIDE_X = 20;
export const TERM_DILATION_Y = 24;
export const TERM_DILATION_X = 28;
export const TERM_TOP = 32;
export const TERM_LEFT = 36;
/** 1 where a block reads a range of the feed's channels only (groups). */
export const TERM_RANGED = 40;
/** Row numbers under the window of one position, one list a step, and the bytes between steps. */
export const TERM_ROWS = 44;
export const TERM_ROWS_STEP = 48;
/** How many rows each step has. */
export const TERM_COUNTS = 52;
/** For each block: its weights, its first channel of the feed, the one after its last. */
export const TERM_BLOCKS = 56;
/** The most rows that 16 bits can add up; even. */
export const TERM_LIMIT = 60;
/** A 32-bit float that sums are multiplied by (1 / pooling window). */
export const TERM_SCALE = 64;
/** Of a diagonal term: a 32-bit weight for each padded channel. */
export const TERM_DIAGONAL = 68;
export const TERM_BYTES = 72;

export const TERM_BLOCK_WEIGHTS = 0;
export const TERM_BLOCK_FROM = 4;
export const TERM_BLOCK_TO = 8;
export const TERM_BLOCK_BYTES = 12;

export const KIND_GATHER_7 = 7;
export const KIND_GATHER_8 = 8;
export const KIND_GATHER_FLOAT = 32;
export const KIND_GATHER_DOUBLE = 64;
export const KIND_DIAGONAL = 1;
export const KIND_DIAGONAL_FLOAT = 33;

// A layer: neurons, or plain currents, that terms lead into.
export const LAYER_WIDTH = 0;
/** Channels, padded to a multiple of 16. */
export const LAYER_CHANNELS = 4;
/** 32-bit potentials, `[position][channel]`; of a layer of currents `[step][position][channel]`. */
export const LAYER_STATE = 8;
/** Bytes between the states of steps; 0 for neurons of one sample, whose steps follow one another. */
export const LAYER_STATE_STEP = 12;
/** 32-bit bias of each channel. */
export const LAYER_BIAS = 16;
/** 32-bit potential that fires, and what is taken off then; `[channel]` or `[position][channel]`. */
export const LAYER_LEVEL = 20;
export const LAYER_THETA = 24;
/** Bytes between the thresholds of positions; 0 if they share them. */
export const LAYER_THETA_POSITION = 28;
export const LAYER_BITS = 32;
export const LAYER_BITS_STEP = 36;
/** One of the MODE values below. */
export const LAYER_MODE = 40;
/** 1 for 32-bit floats, 0 for whole numbers. */
export const LAYER_FLOAT = 44;
export const LAYER_TERMS = 48;
export const LAYER_TERM_COUNT = 52;
/** For each block: its first channel, how many it has. */
export const LAYER_BLOCKS = 56;
/** How many blocks are done before the next position: as many as fit the level-2 cache. */
export const LAYER_GROUP = 60;
/** The part that one thread does: rows of positions, and blocks; each from the first to the one after the last. */
export const LAYER_FROM_ROW = 64;
export const LAYER_TO_ROW = 68;
export const LAYER_FROM_BLOCK = 72;
export const LAYER_TO_BLOCK = 76;
/**
 * Of whole-number neurons that a single gather leads into: their bias, as the sums of the gather start from it; for each 16
 * channels eight 16-bit numbers `256 · odd + even` and eight `odd` (see assembly/gather.ts). 0 for all others.
 */
export const LAYER_START = 80;
export const LAYER_BYTES = 84;

export const BLOCK_CHANNEL = 0;
export const BLOCK_WIDTH = 4;
export const BLOCK_BYTES = 8;

export const MODE_SUBTRACT = 0;
export const MODE_ZERO = 1;
export const MODE_CURRENTS = 2;
/** Currents of 64 bits, as is the bias then. */
export const MODE_DOUBLES = 3;

// Neurons of 64-bit floats.
/** The positions that one thread does: the first, and the one after the last. */
export const NEURONS_FROM = 0;
export const NEURONS_TO = 4;
/** Channels, padded to a multiple of 16. */
export const NEURONS_CHANNELS = 8;
/** `[position][channel]` */
export const NEURONS_POTENTIAL = 12;
/** `[step][position][channel]`, and the bytes between steps: 0 where all steps have the same. */
export const NEURONS_CURRENT = 16;
export const NEURONS_CURRENT_STEP = 20;
/** `[channel]` or `[position][channel]`, and the bytes between positions. */
export const NEURONS_THETA = 24;
export const NEURONS_THETA_POSITION = 28;
export const NEURONS_BITS = 32;
export const NEURONS_BITS_STEP = 36;
/** 1: reset to zero. */
export const NEURONS_ZERO = 40;
/** 1: only potentials above θ fire. */
export const NEURONS_ABOVE = 44;
/** The leak, a 64-bit float. */
export const NEURONS_LEAK = 48;
/** What the current is multiplied by, a 64-bit float for each step; 0 where nothing is. */
export const NEURONS_GAINS = 56;
export const NEURONS_BYTES = 64;

// A convolution of values (analog input, activations of an ANN).
export const VALUES_HEIGHT = 0;
export const VALUES_WIDTH = 4;
export const VALUES_CHANNELS = 8;
/** The rows of output that one thread does: the first, and the one after the last. */
export const VALUES_FROM_ROW = 12;
export const VALUES_TO_ROW = 16;
export const VALUES_OUT_WIDTH = 20;
export const VALUES_OUT_CHANNELS = 24;
export const VALUES_KERNEL_HEIGHT = 28;
export const VALUES_KERNEL_WIDTH = 32;
export const VALUES_STRIDE_Y = 36;
export const VALUES_STRIDE_X = 40;
export const VALUES_DILATION_Y = 44;
export const VALUES_DILATION_X = 48;
export const VALUES_TOP = 52;
export const VALUES_LEFT = 56;
export const VALUES_INPUT = 60;
export const VALUES_OUTPUT = 64;
/** Bytes between steps. */
export const VALUES_INPUT_STEP = 68;
export const VALUES_OUTPUT_STEP = 72;
/** The bias, padded to whole blocks. */
export const VALUES_BIAS = 76;
/** Room for the sums of one block. */
export const VALUES_SUMS = 80;
/** For each block: its weights, its first channel of the input, the one after its last. */
export const VALUES_BLOCKS = 84;
export const VALUES_BYTES = 88;
