import type { Frame } from '@spikewright/snn-core';
import { CALLED } from '../machine/load-kernels.js';
import type { Pool } from '../machine/pool.js';
import type { Machine } from '../machine/start-machine.js';
import type { Work } from './advance.js';

/** Does all work in this thread, and passes frames on. */
export function* workAlone({ kernels }: Machine, items: Iterable<Frame | Work>): Generator<Frame> {
  for (const item of items) {
    if ('lanes' in item) for (const calls of item.lanes) carryOut(kernels, calls);
    else yield item;
  }
}

/** Shares work with other threads, and passes frames on. */
export async function* workTogether(
  { kernels }: Machine,
  pool: Pool,
  items: Iterable<Frame | Work>,
): AsyncGenerator<Frame> {
  for (const item of items) {
    if (!('lanes' in item)) yield item;
    else {
      const [own, ...others] = item.lanes;
      await pool.share(others, () => carryOut(kernels, own));
    }
  }
}

function carryOut(kernels: Machine['kernels'], calls: Int32Array): void {
  for (let i = 0; i < calls.length; i += 3) kernels[CALLED[calls[i]]](calls[i + 1], calls[i + 2]);
}
