import { CALLED } from './load-kernels.js';

/** Other threads that run kernels on the same memory. */
export interface Pool {
  /**
   * Makes thread `lane` (from 1) carry out calls, in order.
   *
   * @param calls - triples: the kernel's place in `CALLED`, the address of its record, steps
   */
  run(lane: number, calls: Int32Array): Promise<void>;
  /** Ends the threads. */
  close(): void;
}

/** Whether threads can share memory here; browsers allow it to pages that are cross-origin isolated only. */
export const canShareMemory = (): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && (nodeThreads() !== undefined || typeof Worker !== 'undefined');

/**
 * What a thread runs, as text: so it starts in the same way in Node and in browsers, whatever has bundled this file. It
 * speaks to `port`: the first message starts the kernels, the others are calls.
 */
const THREAD = `
const port = typeof require === 'function' ? require('node:worker_threads').parentPort : self;
let kernels;
const start = async ({ module, memory, tables, own, called }) => {
  const instance = await WebAssembly.instantiate(module, { env: { memory, abort() {} } });
  instance.exports.prepare(tables, own);
  kernels = called.map((name) => instance.exports[name]);
};
const run = (calls) => {
  for (let i = 0; i < calls.length; i += 3) kernels[calls[i]](calls[i + 1], calls[i + 2]);
};
port.onmessage = async ({ data }) => {
  try {
    if (kernels) run(data);
    else await start(data);
    port.postMessage('');
  } catch (error) {
    port.postMessage(String(error));
  }
};
`;

/** Starts threads, one for each room of their own, and waits until they are ready. */
export async function startPool(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  tables: number,
  owns: readonly number[],
): Promise<Pool> {
  const threads = owns.map(() => openThread());
  const called = [...CALLED];
  await Promise.all(threads.map((thread, i) => thread.ask({ module, memory, tables, own: owns[i], called })));
  return {
    run: (lane, calls) => threads[lane - 1].ask(calls),
    close: () => {
      for (const thread of threads) thread.close();
    },
  };
}

interface Thread {
  /** Sends a message and waits for the answer. */
  ask(message: unknown): Promise<void>;
  close(): void;
}

function openThread(): Thread {
  let answered: (trouble: string) => void = () => undefined;
  const { post, close } = openPort((trouble) => answered(trouble));
  return {
    ask: (message) =>
      new Promise((resolve, reject) => {
        answered = (trouble) => {
          if (trouble === '') resolve();
          else reject(new Error(`Cannot run kernels in a thread: it must not fail: ${trouble}`));
        };
        post(message);
      }),
    close,
  };
}

interface Port {
  post(message: unknown): void;
  close(): void;
}

/** The part of `node:worker_threads` that is needed. */
interface NodeThreads {
  readonly Worker: new (
    code: string,
    options: { eval: true },
  ) => {
    on(event: 'message' | 'error', listen: (data: unknown) => void): void;
    postMessage(message: unknown): void;
    ref(): void;
    unref(): void;
    terminate(): Promise<number>;
  };
}

/** Looked up without an import, which bundlers for browsers would stumble over. */
function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => NodeThreads | undefined } };
  return process?.getBuiltinModule?.('node:worker_threads');
}

function openPort(answer: (trouble: string) => void): Port {
  const node = nodeThreads();
  return node ? nodePort(node, answer) : webPort(answer);
}

function nodePort({ Worker: Thread }: NodeThreads, answer: (trouble: string) => void): Port {
  const thread = new Thread(THREAD, { eval: true });
  // A program that was not disposed of does not keep the process alive; one that waits for an answer does.
  thread.on('message', (trouble) => {
    thread.unref();
    answer(String(trouble));
  });
  thread.on('error', (error) => answer(String(error)));
  return {
    post: (message) => {
      thread.ref();
      thread.postMessage(message);
    },
    close: () => void thread.terminate(),
  };
}

function webPort(answer: (trouble: string) => void): Port {
  const address = URL.createObjectURL(new Blob([THREAD], { type: 'text/javascript' }));
  const thread = new Worker(address);
  thread.onmessage = ({ data }) => answer(String(data));
  thread.onerror = ({ message }) => answer(message);
  return {
    post: (message) => thread.postMessage(message),
    close: () => {
      thread.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
