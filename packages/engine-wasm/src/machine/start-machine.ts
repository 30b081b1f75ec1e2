import { MASKS_BYTES, PLACES_BYTES } from '../layout.js';
import { type Arena, MOST_PAGES, makeArena } from './arena.js';
import { type Kernels, loadKernels } from './load-kernels.js';
import { canShareMemory, type Pool, startPool } from './pool.js';

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

/** Starts kernels with an empty memory. With one thread, or where memory cannot be shared, there is no pool. */
export async function startMachine(threads: number): Promise<Machine> {
  const shared = threads > 1 && canShareMemory();
  const lanes = shared ? threads : 1;
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
  const pool = shared ? await startPool(module, memory, tables, owns) : undefined;
  return { kernels, arena, pool, lanes };
}
