import type { Plan } from '../plan/make-plan.js';
import type { Moment, Operation } from '../plan/operation.js';
import type { Extent } from '../plan/signals.js';
import type { Slot } from './run-samples.js';

/** Calls of kernels for each thread, which may go on side by side: triples as `Pool.share` takes them. */
export interface Work {
  readonly lanes: readonly Int32Array[];
}

/**
 * Takes slots through the steps of a chunk, operation by operation, so that weights serve all slots while they are near.
 *
 * @param momentOf - where the sample of a slot stands
 */
export function* advance(plan: Plan, slots: readonly Slot[], momentOf: (slot: Slot) => Moment): Generator<Work> {
  const lanes = plan.extent.lanes;
  // A thread without a slot of its own takes a share of every layer; all must then wait for one another after each.
  const shares = slots.length < lanes;
  const groups = groupsOf(slots, plan.extent);
  let calls = emptyLanes(lanes);
  for (const operation of plan.operations) {
    for (const slot of slots) if (slot.clock === 0) operation.reset?.(slot.place);
    const isDue = ({ clock }: Slot): boolean => clock === 0 || !operation.constant;
    if (operation.kind === 'function') {
      yield* handOut(calls);
      calls = emptyLanes(lanes);
      for (const slot of slots.filter(isDue)) operation.run(slot.place, slot.steps, momentOf(slot));
    } else if (shares) {
      for (const slot of slots.filter(isDue)) addShares(operation, slot, calls);
      yield* handOut(calls);
      calls = emptyLanes(lanes);
    } else for (const group of groups) addCalls(operation, group, isDue, calls[group.lane]);
  }
  yield* handOut(calls);
}

/** Slots that one thread does. */
interface Group {
  readonly lane: number;
  readonly slots: Slot[];
}

/** Deals slots out to threads; those side by side that take one step each go through it together. */
function groupsOf(slots: readonly Slot[], { lanes, listed }: Extent): Group[] {
  const groups: Group[] = [];
  for (const [turn, slot] of slots.entries()) {
    const lane = Math.floor((turn * lanes) / slots.length);
    const last = groups.at(-1);
    if (last && last.lane === lane && last.slots.length < listed && isBeside(last.slots.at(-1)!, slot)) {
      last.slots.push(slot);
    } else groups.push({ lane, slots: [slot] });
  }
  return groups;
}

const isBeside = (left: Slot, right: Slot): boolean =>
  left.place === right.place - 1 && left.steps === 1 && right.steps === 1;

const emptyLanes = (lanes: number): number[][] => Array.from({ length: lanes }, () => []);

function* handOut(calls: readonly number[][]): Generator<Work> {
  if (calls.some(({ length }) => length > 0)) yield { lanes: calls.map((list) => new Int32Array(list)) };
}

type Kernels = Operation & { kind: 'kernels' };

function addCalls(operation: Kernels, { lane, slots }: Group, isDue: (slot: Slot) => boolean, calls: number[]): void {
  const share = { lane, part: 0, parts: 1, abreast: false };
  if (operation.abreast && slots.length > 1) {
    for (const call of operation.calls(slots[0].place, { ...share, abreast: true })) calls.push(...call, slots.length);
    return;
  }
  for (const slot of slots.filter(isDue)) {
    for (const call of operation.calls(slot.place, share)) calls.push(...call, slot.steps);
  }
}

function addShares(operation: Kernels, slot: Slot, calls: readonly number[][]): void {
  const parts = calls.length;
  for (let part = 0; part < parts; part++) {
    for (const call of operation.calls(slot.place, { lane: part, part, parts, abreast: false })) {
      calls[part].push(...call, slot.steps);
    }
  }
}
