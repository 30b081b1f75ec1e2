import type { Batch, Encode, Frame, Operations, RunOptions } from '@spikewright/snn-core';
import type { Moment } from '../plan/operation.js';
import { valuesOf, writeBits } from '../plan/signals.js';
import { advance, type Work } from './advance.js';
import { type FrameContext, frameOf } from './frame.js';

/** A place for one sample at a time, with a clock of its own. */
export interface Slot {
  readonly place: number;
  sample: number;
  /** Steps that have been shown. */
  clock: number;
  /** Steps of the present chunk. */
  steps: number;
  done: boolean;
  readonly scores: Float64Array;
  /** The work of nodes under constant input, once it is known: the same in every step of the sample. */
  readonly constant: Map<string, Operations>;
}

/** What a run needs beside the batch. */
export interface Runner extends FrameContext {
  /** How many steps of a sample that took `clock` steps are computed at a time; asked before each chunk. */
  chunk(clock: number): number;
  /** Throws if the run may not go on. */
  check(): void;
}

/**
 * Runs samples through all their steps, a chunk of steps at a time, and shows the steps one by one. The work for kernels is
 * handed out, and must be done before the generator is asked for more.
 */
export function* runSamples(runner: Runner, batch: Batch, options: RunOptions): Generator<Frame | Work> {
  const encode = options.encoder.start(options.seed);
  const places = Math.min(runner.plan.extent.slots, batch.size);
  const slots = Array.from({ length: places }, (_, place) => openSlot(runner, place));
  const momentOf = ({ sample, clock }: Slot): Moment => ({ sample: batch.indices[sample], clock, options });
  let next = places;
  while (slots.length > 0) {
    for (const slot of slots) {
      slot.steps = Math.min(runner.chunk(slot.clock), runner.plan.extent.chunk, options.steps - slot.clock);
    }
    const ready = readyOf(slots);
    for (const slot of ready) writeInput(runner, slot, batch, encode);
    yield* advance(runner.plan, ready, momentOf);
    runner.check();
    for (let step = 0; ; step++) {
      const rows = ready.filter((slot) => !slot.done && step < slot.steps);
      if (rows.length === 0) break;
      for (const slot of rows) showStep(runner, slot, step);
      yield frameOf(runner, rows, step);
      runner.check();
    }
    for (let at = slots.length - 1; at >= 0; at--) {
      const slot = slots[at];
      if (!slot.done && slot.clock < options.steps) continue;
      if (next < batch.size) enter(slot, next++);
      else slots.splice(at, 1);
    }
  }
}

/** Those that take many steps go first, so that all others, which take one, go side by side. */
function readyOf(slots: readonly Slot[]): readonly Slot[] {
  const many = slots.filter(({ steps }) => steps > 1);
  return many.length > 0 ? many : [...slots];
}

function openSlot({ compiled }: Runner, place: number): Slot {
  const classes = compiled.shapes.get(compiled.readout.name)!.reduce((product, size) => product * size, 1);
  return {
    place,
    sample: place,
    clock: 0,
    steps: 0,
    done: false,
    scores: new Float64Array(classes),
    constant: new Map(),
  };
}

function enter(slot: Slot, sample: number): void {
  slot.sample = sample;
  slot.clock = 0;
  slot.done = false;
  slot.scores.fill(0);
  slot.constant.clear();
}

function writeInput({ compiled, plan, machine }: Runner, slot: Slot, batch: Batch, encode: Encode): void {
  const { name } = compiled.input;
  const size = batch.data.length / batch.size;
  const image = batch.data.subarray(slot.sample * size, (slot.sample + 1) * size);
  const index = batch.indices[slot.sample];
  const bits = plan.bits.get(name);
  if (!bits) {
    if (slot.clock === 0) encode(image, index, 1, valuesOf(machine.arena, plan.values.get(name)!, slot.place, 0));
    return;
  }
  const spikes = new Float64Array(size);
  for (let step = 0; step < slot.steps; step++) {
    encode(image, index, slot.clock + step + 1, spikes);
    const strange = spikes.find((value) => value !== 0 && value !== 1);
    if (strange !== undefined) {
      throw new RangeError(`Cannot run sample ${index}: an encoder of spikes must give 0 or 1: ${strange}`);
    }
    writeBits(machine.arena, bits, slot.place, step, spikes);
  }
}

/** Moves a slot's clock on, and adds the read-out of the step to its scores. */
function showStep({ compiled, plan, machine }: Runner, slot: Slot, step: number): void {
  slot.clock += 1;
  const readout = valuesOf(machine.arena, plan.values.get(compiled.readout.name)!, slot.place, step);
  for (let i = 0; i < readout.length; i++) slot.scores[i] += readout[i];
}
