import type { Plan } from '../plan/make-plan.js';
import type { Operation } from '../plan/operation.js';
import type { Slot } from './run-samples.js';

/** Calls of kernels for each thread, which may go on side by side: triples as `Pool.share` takes them. */
export interface Work {
  readonly lanes: readonly Int32Array[];
}

/** Takes slots through the steps of a chunk, operation by operation, so that weights serve all slots while they are near. */
export function* advance(plan: Plan, slots: readonly Slot[]): Generator<Work> {
  const lanes = plan.extent.lanes;
  // A thread without a slot of its own takes a share of every layer; all must then wait for one another after each.
  const shares = slots.length < lanes;
  let calls = emptyLanes(lanes);
  for (const operation of plan.operations) {
    for (const slot of slots) if (slot.clock === 0) operation.reset?.(slot.place);
    const isDue = ({ clock }: Slot): boolean => clock === 0 || !operation.constant;
    if (operation.kind === 'function') {
      yield* handOut(calls);
      calls = emptyLanes(lanes);
      for (const slot of slots.filter(isDue)) operation.run(slot.place, slot.steps);
    } else {
      for (const [turn, slot] of slots.entries()) if (isDue(slot)) addCalls(operation, slot, turn, calls, shares);
      if (!shares) continue;
      yield* handOut(calls);
      calls = emptyLanes(lanes);
    }
  }
  yield* handOut(calls);
}

const emptyLanes = (lanes: number): number[][] => Array.from({ length: lanes }, () => []);

function* handOut(calls: readonly number[][]): Generator<Work> {
  if (calls.some(({ length }) => length > 0)) yield { lanes: calls.map((list) => Int32Array.from(list)) };
}

function addCalls(
  operation: Operation & { kind: 'kernels' },
  { place, steps }: Slot,
  turn: number,
  calls: readonly number[][],
  shares: boolean,
): void {
  const parts = shares ? calls.length : 1;
  for (let part = 0; part < parts; part++) {
    const lane = shares ? part : turn % calls.length;
    for (const call of operation.calls(place, { lane, part, parts })) calls[lane].push(...call, steps);
  }
}
