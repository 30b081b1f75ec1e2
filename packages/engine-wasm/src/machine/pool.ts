import type { Arena } from './arena.js';
import { CALLED } from './load-kernels.js';
import { openPort, type Port } from './ports.js';
import {
  AWAKE,
  CALLS,
  CALLS_LENGTH,
  DONE,
  FIRST_TURN,
  HANDED,
  LISTENING,
  THREAD_CODE,
  TURN,
  WORDS,
} from './thread-code.js';

/** Other threads that run kernels on the same memory. */
export interface Pool {
  /**
   * Carries out calls, in order in each thread, after all that was asked for before.
   *
   * @param calls - for each other thread, triples: the kernel's place in `CALLED`, the address of its record, steps
   * @param own - does this thread's part meanwhile
   */
  share(calls: readonly Int32Array[], own: () => void): Promise<void>;
  /** Ends the threads. Work under way is given up, as if it were done. */
  close(): void;
}

/** How long this thread may go without events, in milliseconds: so long it waits on memory, not on messages. */
const DEAF = 50;

/** Starts threads, one for each room of their own, and waits until they are ready. */
export async function startPool(
  module: WebAssembly.Module,
  arena: Arena,
  tables: number,
  owns: readonly number[],
): Promise<Pool> {
  const threads: Thread[] = [];
  const close = (): void => {
    for (const thread of threads) thread.close();
  };
  const start = { module, memory: arena.memory, tables, called: [...CALLED] };
  try {
    for (const _ of owns) threads.push(openThread(arena));
    await Promise.all(threads.map((thread, i) => thread.start({ ...start, own: owns[i] })));
  } catch (error) {
    close();
    throw error;
  }
  return { share: sharing(threads), close };
}

function sharing(threads: readonly Thread[]): Pool['share'] {
  let before: Promise<unknown> = Promise.resolve();
  let heard = Number.NEGATIVE_INFINITY;
  const share = async (calls: readonly Int32Array[], own: () => void): Promise<void> => {
    const until = heard + DEAF;
    const listen = performance.now() > until;
    const busy = threads.filter((_, i) => calls[i]?.length > 0);
    for (const thread of busy) thread.hand(calls[threads.indexOf(thread)], listen);
    own();
    const answers = busy.filter((thread) => listen || !thread.isDone(until)).map((thread) => thread.answer());
    if (answers.length === 0) return;
    await Promise.all(answers);
    heard = performance.now();
  };
  return (calls, own) => {
    const turn = before.then(() => share(calls, own));
    before = turn.catch(() => undefined);
    return turn;
  };
}

interface Thread {
  start(message: object): Promise<void>;
  /** @param listen - whether an answer must come, even if work is done soon */
  hand(calls: Int32Array, listen: boolean): void;
  /** Waits for the end of work, where this thread may. If there is none by then, an answer will come. */
  isDone(until: number): boolean;
  answer(): Promise<void>;
  close(): void;
}

function openThread(arena: Arena): Thread {
  const words = new Int32Array(new SharedArrayBuffer(4 * WORDS)).fill(FIRST_TURN, HANDED, DONE + 1);
  let settle: (trouble: string) => void = () => undefined;
  const port = openPort(THREAD_CODE, (trouble) => settle(trouble));
  const answer = (): Promise<void> => {
    port.expect();
    return new Promise((resolve, reject) => {
      settle = (trouble) => {
        if (trouble === '') resolve();
        else reject(new Error(`Cannot run kernels in a thread: it must not fail: ${trouble}`));
      };
    });
  };
  return {
    start: (message) => {
      port.post({ ...message, words });
      return answer();
    },
    hand: handing(arena, words, port),
    isDone: (until) => isDone(words, until),
    answer,
    close: () => {
      port.close();
      settle('');
    },
  };
}

function handing(arena: Arena, words: Int32Array, port: Port): Thread['hand'] {
  let room = 0;
  return (calls, listen) => {
    if (calls.length > room) {
      room = 2 * calls.length;
      words[CALLS] = arena.take(4 * room);
    }
    arena.words(words[CALLS] >>> 0, calls.length).set(calls);
    words[CALLS_LENGTH] = calls.length;
    const turn = (words[HANDED] + TURN) | 0;
    Atomics.store(words, LISTENING, listen ? turn : 0);
    Atomics.store(words, HANDED, turn);
    // The thread looks at HANDED once more after it has written that it falls asleep: one of the two sees the other.
    if (Atomics.load(words, AWAKE) === 1) Atomics.notify(words, HANDED);
    else port.post('');
  };
}

function isDone(words: Int32Array, until: number): boolean {
  if (waitForDone(words, until)) return true;
  const turn = words[HANDED];
  Atomics.store(words, LISTENING, turn);
  // Was it done before it could see this? Then it sends nothing.
  return Atomics.load(words, DONE) === turn && Atomics.compareExchange(words, LISTENING, turn, 0) === turn;
}

function waitForDone(words: Int32Array, until: number): boolean {
  for (;;) {
    const done = Atomics.load(words, DONE);
    if (done === words[HANDED]) return true;
    const left = until - performance.now();
    if (left <= 0) return false;
    try {
      Atomics.wait(words, DONE, done, left);
    } catch {
      // The main thread of a page must not wait.
      return false;
    }
  }
}
