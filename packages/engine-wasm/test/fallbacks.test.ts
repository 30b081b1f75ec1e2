import { wasmEngine } from '@spikewright/engine-wasm';
import { direct, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { trace } from './trace.js';

const network = withNeurons(tinyNetworks().residualIdentity);
const batch = tinyBatch(network, 5);
const options = { steps: 8, encoder: direct() };
const expected = async () => trace(await referenceEngine().compile(network), batch, options);

/** Compiles, runs, and hands back what was said and how the engine calls itself. */
async function run(workers: number): Promise<{ name: string; notices: string[]; asynchronous: boolean }> {
  const notices: string[] = [];
  const engine = wasmEngine({ workers, onNotice: (message) => notices.push(message) });
  expect(notices).toEqual([]);
  const program = await engine.compile(network);
  expect(await trace(program, batch, options)).toEqual(await expected());
  const asynchronous = Symbol.asyncIterator in program.run(batch, { ...options, seed: 0 });
  program.dispose();
  return { name: engine.name, notices, asynchronous };
}

afterEach(() => void vi.unstubAllGlobals());

describe('wasmEngine runs what it can, and says so, where', () => {
  test('nothing is missing: it says nothing', async () => {
    expect(await run(2)).toEqual({ name: 'wasm', notices: [], asynchronous: true });
    expect(await run(1)).toEqual({ name: 'wasm', notices: [], asynchronous: false });
  });

  test('memory cannot be shared', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const said =
      'One thread works instead of 3: memory cannot be shared here (only in pages that are cross-origin isolated)';
    expect(await run(3)).toEqual({ name: 'wasm', notices: [said], asynchronous: false });
    expect(await run(1)).toEqual({ name: 'wasm', notices: [], asynchronous: false });
  });

  test('there are no threads', async () => {
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
    const said = 'One thread works instead of 2: there are no threads here';
    expect(await run(2)).toEqual({ name: 'wasm', notices: [said], asynchronous: false });
  });

  test('threads are refused', async () => {
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
    const close = vi.fn();
    class Refused {
      onerror: (event: object) => void = () => undefined;
      terminate = close;
      postMessage(): void {
        queueMicrotask(() => this.onerror({}));
      }
    }
    vi.stubGlobal('Worker', Refused);
    const said =
      'One thread works instead of 3: they could not be started: Cannot run kernels in a thread: it must not fail: it was refused';
    expect(await run(3)).toEqual({ name: 'wasm', notices: [said], asynchronous: false });
    expect(close).toHaveBeenCalledTimes(2);
  });

  test.each([
    ['SIMD is missing', Object.create(WebAssembly, { validate: { value: () => false } })],
    ['WebAssembly is missing', undefined],
  ])('%s: the reference engine works instead', async (_, stub) => {
    vi.stubGlobal('WebAssembly', stub);
    const said = 'The reference engine runs the network, much slower: WebAssembly with SIMD is missing here';
    expect(await run(2)).toEqual({ name: 'reference', notices: [said], asynchronous: false });
  });
});
