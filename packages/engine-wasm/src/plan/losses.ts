import { loseSpikes } from '@spikewright/snn-core';
import type { Machine } from '../machine/start-machine.js';
import type { Moment, Operation } from './operation.js';
import { addressOf, type Bits, type Values, valuesOf } from './signals.js';

// Neurons' spikes that get lost at random, the same ones as in the reference engine.

/** Loses some of the spikes that are kept as bits; what arrives of them is for connections to weigh. */
export function loseBits({ arena, kernels }: Machine, node: number, bits: Bits): Operation {
  const size = bits.positions * bits.channels;
  const [ones, arriving] = [new Int32Array(size), new Float64Array(size)];
  const run = (slot: number, steps: number, { sample, clock, options }: Moment): void => {
    for (let step = 0; step < steps; step++) {
      const address = addressOf(bits, slot, step);
      // Only spikes draw, in order: a list of them draws what the layer does.
      const spikes = ones.subarray(0, kernels.countBits(address, bits.stepBytes)).fill(1);
      loseSpikes(spikes, arriving, options, { sample, step: clock + step + 1, node });
      keepBits(arena.words(address, bits.stepBytes / 4), spikes);
    }
  };
  return { kind: 'function', run };
}

/** Takes away the bits, of those that are set, whose turn in a list is 0. */
function keepBits(words: Int32Array, kept: Int32Array): void {
  for (let i = 0, turn = 0; turn < kept.length; i++) {
    let word = words[i];
    for (let left = word; left !== 0; left &= left - 1, turn++) if (kept[turn] === 0) word &= ~(left & -left);
    words[i] = word;
  }
}

/** Loses some of the spikes that are kept as values, and computes what arrives of them. */
export function loseValues({ arena }: Machine, node: number, sent: Values, arriving: Values): Operation {
  const spikes = new Int32Array(sent.size);
  const run = (slot: number, steps: number, { sample, clock, options }: Moment): void => {
    for (let step = 0; step < steps; step++) {
      const from = valuesOf(arena, sent, slot, step);
      spikes.set(from);
      loseSpikes(spikes, valuesOf(arena, arriving, slot, step), options, { sample, step: clock + step + 1, node });
      from.set(spikes);
    }
  };
  return { kind: 'function', run };
}
