import type { Neuron } from '@spikewright/snn-core';
import * as layout from '../layout.js';
import type { Arena } from '../machine/arena.js';
import { padded } from './pack-weights.js';
import { addressOf, type Extent } from './signals.js';
import type { Fields } from './write-feed.js';
import type { LayerPlan } from './write-layer.js';

/** Biases, thresholds and potentials of a layer in 32 bits. */
export interface NeuronTables {
  /** The fields of a record that point to them: of a slot, or of one and those after it. */
  fields(slot: number, abreast: boolean): Fields;
  reset(slot: number): void;
}

/** Above what whole-number potentials can reach: padding never fires. */
const NEVER = 2 ** 31 - 1;

/** Writes a layer's bias, thresholds and initial potentials, and makes room for potentials. */
export function neuronTables(arena: Arena, plan: LayerPlan, { slots }: Extent): NeuronTables {
  const { shape, target } = plan;
  const channels = padded(shape.at(-1)!);
  const positions = shape.reduce((product, size) => product * size, 1) / shape.at(-1)!;
  const bias: Fields = [[layout.LAYER_BIAS, writeBias(arena, plan, channels)]];
  const bytes = positions * channels * 4;
  if ('currents' in target) {
    return {
      fields: (slot, abreast) => [
        ...bias,
        [layout.LAYER_STATE, target.currents(slot)],
        [layout.LAYER_STATE_STEP, abreast ? target.currents(1) - target.currents(0) : plan.double ? 2 * bytes : bytes],
        [layout.LAYER_MODE, plan.double ? layout.MODE_DOUBLES : layout.MODE_CURRENTS],
      ],
      reset: () => undefined,
    };
  }
  const { neuron, bits } = target;
  const thresholds = writeThresholds(arena, plan, neuron, positions, channels);
  const initial = writeInitial(arena, plan, neuron, positions, channels);
  const states = arena.take(slots * bytes);
  const start = firesAtOnce(plan, neuron) ? writeStart(arena, bias[0][1], channels) : 0;
  return {
    fields: (slot, abreast) => [
      ...bias,
      ...thresholds,
      [layout.LAYER_STATE, states + slot * bytes],
      [layout.LAYER_STATE_STEP, abreast ? bytes : 0],
      [layout.LAYER_MODE, neuron.reset === 'zero' ? layout.MODE_ZERO : layout.MODE_SUBTRACT],
      [layout.LAYER_START, start],
      [layout.LAYER_BITS, addressOf(bits, slot, 0)],
      [layout.LAYER_BITS_STEP, abreast ? bits.slotBytes : bits.stepBytes],
    ],
    reset: (slot) => {
      arena.bytes(states + slot * bytes, bytes).set(arena.bytes(initial, bytes));
    },
  };
}

function writeBias(arena: Arena, { shape, current, whole, double }: LayerPlan, channels: number): number {
  const address = arena.take(channels * 8);
  const table = whole
    ? arena.words(address, channels)
    : double
      ? arena.doubles(address, channels)
      : arena.floats(address, channels);
  for (let c = 0; c < shape.at(-1)!; c++) {
    const bias = current.biases.reduce((sum, { data }) => sum + data[c % data.length], 0);
    table[c] = bias * (whole?.scale[c] ?? 1);
  }
  return address;
}

/** Whether the gather itself can take neurons through the end of a step. */
const firesAtOnce = ({ current: { terms }, whole }: LayerPlan, { reset, fires }: Neuron): boolean =>
  whole?.biasFits === true &&
  terms.length === 1 &&
  terms[0].kind === 'gather' &&
  reset === 'subtract' &&
  fires === '>=';

/** Writes the bias in the form that the sums of a gather have. */
function writeStart(arena: Arena, bias: number, channels: number): number {
  const address = arena.take(channels * 2);
  const values = arena.words(bias, channels);
  const table = new Int16Array(arena.memory.buffer, address, channels);
  for (let c = 0; c < channels; c += 16) {
    for (let lane = 0; lane < 8; lane++) {
      const [even, odd] = [values[c + lane], values[c + lane + 8]];
      table[c + lane] = 256 * odd + even;
      table[c + lane + 8] = odd;
    }
  }
  return address;
}

function writeThresholds(
  arena: Arena,
  { shape, whole }: LayerPlan,
  { threshold, fires }: Neuron,
  positions: number,
  channels: number,
): Fields {
  const real = shape.at(-1)!;
  const perNeuron = threshold.data.length > real;
  const length = perNeuron ? positions * channels : channels;
  const [level, theta] = [arena.take(length * 4), arena.take(length * 4)];
  const view = (address: number) => (whole ? arena.words(address, length) : arena.floats(address, length));
  const never = whole ? NEVER : Number.POSITIVE_INFINITY;
  const [levels, thetas] = [view(level).fill(never), view(theta).fill(never)];
  for (let position = 0; position < length / channels; position++) {
    for (let c = 0; c < real; c++) {
      const value = threshold.data[(position * real + c) % threshold.data.length];
      const place = position * channels + c;
      thetas[place] = value * (whole?.scale[c] ?? 1);
      if (fires === '>=') levels[place] = thetas[place];
      else levels[place] = whole ? thetas[place] + 1 : nextFloat(value);
    }
  }
  return [
    [layout.LAYER_LEVEL, level],
    [layout.LAYER_THETA, theta],
    [layout.LAYER_THETA_POSITION, perNeuron ? channels * 4 : 0],
  ];
}

function writeInitial(
  arena: Arena,
  { shape, whole }: LayerPlan,
  { threshold, initial }: Neuron,
  positions: number,
  channels: number,
): number {
  const real = shape.at(-1)!;
  const length = positions * channels;
  const address = arena.take(length * 4);
  const table = whole ? arena.words(address, length) : arena.floats(address, length);
  for (let i = 0; i < positions * real; i++) {
    const c = i % real;
    const value = initial.data[i % initial.data.length] * threshold.data[i % threshold.data.length];
    table[((i - c) / real) * channels + c] = value * (whole?.scale[c] ?? 1);
  }
  return address;
}

/** The smallest 32-bit float above a positive one. */
function nextFloat(value: number): number {
  const float = Float32Array.of(value);
  const word = new Int32Array(float.buffer);
  word[0] += 1;
  return float[0];
}
