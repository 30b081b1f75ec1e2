/** A thread, or the way back to the one that started it. */
export interface Port {
  on(event: 'message' | 'error' | 'exit', listen: (data: never) => void): void;
  postMessage(message: unknown): void;
}

/** The part of `node:worker_threads` that is needed. */
interface NodeThreads {
  readonly Worker: new (module: URL) => Port & { terminate(): Promise<number> };
  readonly parentPort: Port | null;
}

/** Looked up without an import, which bundlers for browsers would stumble over. */
function nodeThreads(): NodeThreads {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => NodeThreads | undefined } };
  const threads = process?.getBuiltinModule?.('node:worker_threads');
  if (threads) return threads;
  throw new ReferenceError('Cannot train with workers: they need Node 20.16 or later: node:worker_threads is missing');
}

/** Starts a thread that runs a module. */
export const startThread = (module: URL): Port & { terminate(): Promise<number> } => new (nodeThreads().Worker)(module);

/** The way to the thread that started this one; null in the first one. */
export const parentPort = (): Port | null => nodeThreads().parentPort;
