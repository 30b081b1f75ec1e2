// What a thread and its master tell each other by shared words, each at its place in a record of 32-bit words.

/** The number of the work that was handed out last. */
export const HANDED = 0;
/** The number of the work that was done last. */
export const DONE = 1;
/** 1 while the thread waits on `HANDED`; else it has to be woken by a message. */
export const AWAKE = 2;
/**
 * The number of the work whose end the master wants a message of, or 0. A number, since a thread may look here late, when the
 * next work has been handed out.
 */
export const LISTENING = 3;
/** Where the calls are, and how many words they have: triples of the kernel's place, the record's address, steps. */
export const CALLS = 4;
export const CALLS_LENGTH = 5;
export const WORDS = 16;

/** Numbers of work: odd, so never 0, though they come round again. */
export const FIRST_TURN = 1;
export const TURN = 2;

/** How long a thread without work stays awake, in milliseconds. */
const PATIENCE = 100;

/**
 * What a thread runs, as text: so it starts in the same way in Node and in browsers, whatever has bundled this file. Its
 * first message starts the kernels, each later one wakes it. Then it waits on shared memory, which is cheaper for both sides
 * than messages, but for a while only: a thread that waits on memory hears nothing else.
 */
export const THREAD_CODE: string = `
const port = typeof require === 'function' ? require('node:worker_threads').parentPort : self;
let work, asleep;
const start = async ({ module, memory, tables, own, called, words }) => {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, abort() {} } });
  exports.prepare(tables, own);
  const kernels = called.map((name) => exports[name]);
  const carryOut = () => {
    // A thread may not have heard yet that another has made the memory grow.
    const [address, length] = [words[${CALLS}] >>> 0, words[${CALLS_LENGTH}]];
    if (address + 4 * length > memory.buffer.byteLength) memory.grow(0);
    const calls = new Int32Array(memory.buffer, address, length);
    for (let i = 0; i < calls.length; i += 3) kernels[calls[i]](calls[i + 1], calls[i + 2]);
  };
  asleep = () => Atomics.store(words, ${AWAKE}, 0);
  work = () => {
    for (;;) {
      Atomics.store(words, ${AWAKE}, 1);
      const handed = Atomics.load(words, ${HANDED});
      if (handed !== words[${DONE}]) {
        carryOut();
        Atomics.store(words, ${DONE}, handed);
        Atomics.notify(words, ${DONE});
        if (Atomics.compareExchange(words, ${LISTENING}, handed, 0) === handed) port.postMessage('');
      } else if (Atomics.wait(words, ${HANDED}, handed, ${PATIENCE}) === 'timed-out') {
        asleep();
        if (Atomics.load(words, ${HANDED}) === handed) return;
      }
    }
  };
  port.postMessage('');
};
port.onmessage = async ({ data }) => {
  try {
    if (work) work();
    else await start(data);
  } catch (error) {
    asleep?.();
    port.postMessage(String(error));
  }
};
`;
