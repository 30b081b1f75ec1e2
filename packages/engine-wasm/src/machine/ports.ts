/** A thread to send messages to. */
export interface Port {
  post(message: unknown): void;
  /** Keeps the process alive until the next answer. */
  expect(): void;
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

/** Whether threads can be started here. */
export const hasThreads = (): boolean => nodeThreads() !== undefined || typeof Worker !== 'undefined';

/**
 * Starts a thread.
 *
 * @param code - what it runs, a classic script
 * @param answer - called with each of its messages, and with the text of an error
 */
export function openPort(code: string, answer: (message: string) => void): Port {
  const node = nodeThreads();
  return node ? nodePort(node, code, answer) : webPort(code, answer);
}

function nodePort({ Worker: Thread }: NodeThreads, code: string, answer: (message: string) => void): Port {
  const thread = new Thread(code, { eval: true });
  // A program that was not disposed of does not keep the process alive; one that waits for an answer does.
  thread.on('message', (message) => {
    thread.unref();
    answer(String(message));
  });
  thread.on('error', (error) => answer(String(error)));
  return {
    post: (message) => thread.postMessage(message),
    expect: () => thread.ref(),
    close: () => void thread.terminate(),
  };
}

function webPort(code: string, answer: (message: string) => void): Port {
  const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const thread = new Worker(address);
  thread.onmessage = ({ data }) => answer(String(data));
  // Where a page may not start it (Content-Security-Policy) there is no message.
  thread.onerror = ({ message }) => answer(message || 'it was refused');
  return {
    post: (message) => thread.postMessage(message),
    expect: () => undefined,
    close: () => {
      thread.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
