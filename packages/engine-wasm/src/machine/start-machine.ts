import { MASKS_BYTES, PLACES_BYTES } from '../layout.js';
import { type Arena, MOST_PAGES, makeArena } from './arena.js';
import { type Kernels, loadKernels } from './load-kernels.js';
import { type Pool, startPool } from './pool.js';
import { hasThreads } from './ports.js';

/** Kernels with a memory of their own, and perhaps threads that share it. */
export interface Machine {
  readonly kernels: Kernels;
  readonly arena: Arena;
  /** Other threads; undefined where this one works alone. */
  readonly pool: Pool | undefined;
  /** How many threads work, this one included. */
  readonly lanes: number;
}

/** The first address that is not 0. */
const START = 1024;
/** What each thread may write to by itself: a cache line. */
const OWN = 64;

/**
 * Starts kernels with an empty memory.
 *
 * @param notice - told why this thread works alone, where more threads are wanted and cannot be had
 */
export async function startMachine(threads: number, notice: (message: string) => void): Promise<Machine> {
  if (threads === 1) return startLanes(1);
  const missing = missingForThreads();
  if (missing === undefined) {
    try {
      return await startLanes(threads);
    } catch (error) {
      notice(`One thread works instead of ${threads}: they could not be started: ${(error as Error).message}`);
    }
  } else notice(`One thread works instead of ${threads}: ${missing}`);
  return startLanes(1);
}

/** What threads need and is not here; browsers let only pages that are cross-origin isolated share memory. */
function missingForThreads(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined')
    return 'memory cannot be shared here (only in pages that are cross-origin isolated)';
  return hasThreads() ? undefined : 'there are no threads here';
}

async function startLanes(lanes: number): Promise<Machine> {
  const shared = lanes > 1;
  const module = await loadKernels(shared);
  const memory = new WebAssembly.Memory({ initial: 2, maximum: MOST_PAGES, shared });
  const arena = makeArena(memory, START);
  const tables = arena.take(PLACES_BYTES + MASKS_BYTES);
  const own = arena.take(lanes * OWN);
  const abort = (): never => {
    throw new Error('Cannot run kernels: they must not abort: they did');
  };
  const instance = await WebAssembly.instantiate(module, { env: { memory, abort } });
  const kernels = instance.exports as unknown as Kernels;
  kernels.prepare(tables, own);
  const owns = Array.from({ length: lanes - 1 }, (_, lane) => own + (lane + 1) * OWN);
  const pool = shared ? await startPool(module, arena, tables, owns) : undefined;
  return { kernels, arena, pool, lanes };
}
