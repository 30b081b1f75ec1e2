import {
  type Batch,
  type Compiled,
  checkBatch,
  checkRun,
  compileNetwork,
  type Engine,
  type Network,
  type Observe,
  type Program,
  type RunOptions,
  referenceEngine,
  requireAnn,
  requireInteger,
  requireSpiking,
} from '@spikewright/snn-core';
import { canRunKernels } from './machine/load-kernels.js';
import { type Machine, startMachine } from './machine/start-machine.js';
import { type Forwarder, makeForwarder } from './run/infer.js';
import { makeRunner, type Runners } from './run/runner.js';

/** Options of {@link wasmEngine}. */
export interface WasmOptions {
  /**
   * How weights that are no whole numbers (in any power of two) of 8 bits are added up: in 32-bit floats, fast, where a
   * spike may differ from the reference engine's in the rarest cases; or in 64-bit floats, slower, to the last bit as the
   * reference does. Whole-number layers are exact either way, but that a run with dropout may take them as floats.
   *
   * @defaultValue 'float32'
   */
  readonly floats?: 'float32' | 'float64';
  /**
   * How many steps of a sample are computed at a time, from 1 to 256; changes no result. Longer chunks are faster, but what
   * was computed beyond a sample's stop is wasted. Left out: 1, so that nothing is; but 16 until the run's `firstStop`, where
   * that is `steps`, or 8 and later.
   */
  readonly chunk?: number;
  /**
   * How many samples advance side by side, from 1 to 1024; changes no result.
   *
   * @defaultValue 16
   */
  readonly rows?: number;
  /**
   * How many threads work, this one included, from 1 to 64; changes no result. They share out the samples, or each layer of
   * a sample where there are fewer samples than threads, and share one memory. Runs are then asynchronous (`for await`). Where
   * threads or shared memory are missing (in pages that are not cross-origin isolated, for one) this thread works alone, and
   * `onNotice` is told.
   *
   * @defaultValue 1
   */
  readonly workers?: number;
  /**
   * Called by `compile` where something is missing that makes runs slower, with a sentence that says what: threads, or
   * WebAssembly with SIMD, without which the reference engine does the work.
   *
   * @defaultValue nothing is said
   */
  readonly onNotice?: (message: string) => void;
}

/** Options with defaults written out. */
export interface Settings {
  readonly floats: 'float32' | 'float64';
  readonly chunk: number | undefined;
  readonly rows: number;
  readonly workers: number;
  readonly onNotice: (message: string) => void;
}

/**
 * The fast engine: event-driven WebAssembly kernels that touch only the weights that spikes reach. Networks of whole-number
 * weights (see `quantizeWeights`) give the reference engine's spikes, scores and operations bit for bit.
 *
 * Where WebAssembly or its SIMD is missing, this is the reference engine, by name too: as exact, and much slower.
 *
 * @throws RangeError for an option out of range
 */
export function wasmEngine(options: WasmOptions = {}): Engine {
  const { floats = 'float32', chunk, rows = 16, workers = 1, onNotice = () => undefined } = options;
  const action = 'make the wasm engine';
  if (floats !== 'float32' && floats !== 'float64') {
    throw new RangeError(`Cannot ${action}: floats must be float32 or float64: ${floats}`);
  }
  if (chunk !== undefined) requireInteger(action, 'chunk', chunk, 1, 256);
  requireInteger(action, 'rows', rows, 1, 1024);
  requireInteger(action, 'workers', workers, 1, 64);
  if (!canRunKernels()) return insteadOfKernels(onNotice);
  const settings = { floats, chunk, rows, workers, onNotice };
  return { name: 'wasm', compile: (network) => compile(network, settings) };
}

function insteadOfKernels(onNotice: Settings['onNotice']): Engine {
  const { name, compile } = referenceEngine();
  return {
    name,
    compile: async (network) => {
      const program = await compile(network);
      onNotice('The reference engine runs the network, much slower: WebAssembly with SIMD is missing here');
      return program;
    },
  };
}

async function compile(network: Network, settings: Settings): Promise<Program> {
  const compiled = compileNetwork(network);
  const machine = await startMachine(settings.workers, settings.onNotice);
  let held: Held | undefined = { machine, runners: makeRunner(machine, compiled, settings) };
  const inUse = (): Held => {
    if (held) return held;
    throw new Error('Cannot use program: it must not be disposed of: it was');
  };
  return {
    network,
    infer: (batch, observe) => infer(inUse(), compiled, batch, observe),
    run: (batch, options) => run(inUse, compiled, batch, options),
    dispose: () => {
      held?.machine.pool?.close();
      held = undefined;
    },
  };
}

/** What a program holds until it is disposed of. */
interface Held {
  readonly machine: Machine;
  readonly runners: Runners;
  forwarder?: Forwarder;
}

function infer(held: Held, compiled: Compiled, batch: Batch, observe: Observe | undefined): Float32Array {
  requireAnn(compiled);
  checkBatch(compiled, batch);
  held.forwarder ??= makeForwarder(held.machine, compiled);
  return held.forwarder.infer(batch, observe);
}

function run(inUse: () => Held, compiled: Compiled, batch: Batch, options: RunOptions): ReturnType<Program['run']> {
  requireSpiking(compiled);
  checkBatch(compiled, batch);
  checkRun(options, compiled.network);
  return inUse().runners.run(batch, options, inUse);
}
