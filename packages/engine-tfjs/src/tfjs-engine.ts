import {
  type Batch,
  type Compiled,
  checkBatch,
  checkRun,
  compileNetwork,
  type Engine,
  elements,
  type Network,
  type Observe,
  type Program,
  requireAnn,
  requireInteger,
  requireKnown,
  requireSpiking,
} from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { forward } from './compute-node.js';
import { neuronLayer } from './neuron-layer.js';
import { makePlan, type Weights } from './plan.js';
import { runSamples } from './run-samples.js';
import { canReadAtOnce, free, keepAll, rowsOf } from './tensors.js';
import { valuesOf } from './values.js';

/** Options of {@link tfjsEngine}. */
export interface TfjsOptions {
  /**
   * How many samples advance side by side, from 1 to 65,536. More make better use of a GPU, and take more memory.
   *
   * @defaultValue 64
   */
  readonly rows?: number;
}

/**
 * The dense engine: runs networks with the back end of TensorFlow.js that is set, on a GPU where there is one. In 32-bit floats
 * spikes are the reference engine's but in the rarest ties; sums of whole numbers are exact.
 *
 * The row of a stopped sample is taken out of all tensors before the next step: nothing more is computed for it. `compile` takes the
 * best back end that has been imported where none is set, and throws a ReferenceError where there is none.
 *
 * @throws OptionsError for an unknown option, RangeError for one out of range
 */
export function tfjsEngine(options: TfjsOptions = {}): Engine {
  const action = 'make the tfjs engine';
  requireKnown(action, options, ['rows']);
  const { rows = 64 } = options;
  requireInteger(action, 'rows', rows, 1, 65_536);
  return { name: 'tfjs', compile: (network) => compile(network, rows) };
}

async function compile(network: Network, rows: number): Promise<Program> {
  const compiled = compileNetwork(network);
  await requireBackend();
  let held: Weights | undefined = weightsOf(compiled);
  const inUse = (): Weights => {
    if (held) return held;
    throw new Error('Cannot use program: it must not be disposed of: it was');
  };
  return {
    network,
    infer: (batch, observe) => {
      requireAnn(compiled);
      checkBatch(compiled, batch);
      return infer(compiled, inUse, batch, rows, observe);
    },
    run: (batch, options) => {
      requireSpiking(compiled);
      checkBatch(compiled, batch);
      checkRun(options, network);
      if ((options.dropout ?? 0) > 0 && !canReadAtOnce()) {
        throw new TypeError(
          `Cannot run: dropout needs a back end that can be read at once, such as wasm: ${tf.getBackend()}`,
        );
      }
      return runSamples(makePlan(compiled, inUse(), options), batch, rows, inUse);
    },
    dispose: () => {
      if (held) free(held);
      held = undefined;
    },
  };
}

async function requireBackend(): Promise<void> {
  try {
    await tf.ready();
  } catch (cause) {
    const rule = "import a back end of TensorFlow.js, such as '@tensorflow/tfjs-backend-wasm'";
    throw new ReferenceError(`Cannot compile network: ${rule}: ${(cause as Error).message}`, { cause });
  }
}

function weightsOf({ network, neurons, shapes }: Compiled): Weights {
  const layers = () => [...neurons].map(([name, node]) => [name, neuronLayer(node, shapes.get(name)!)] as const);
  return keepAll(() => ({ values: valuesOf(network), layers: Object.fromEntries(layers()) }));
}

async function infer(
  compiled: Compiled,
  inUse: () => Weights,
  batch: Batch,
  most: number,
  observe?: Observe,
): Promise<Float32Array> {
  const { network, input, readout, shapes } = compiled;
  const seen = observe ? network.nodes.map(({ name }) => name) : [readout.name];
  const [length, classes] = [elements(input.shape), elements(shapes.get(readout.name)!)];
  const result = new Float32Array(batch.size * classes);
  for (let first = 0; first < batch.size; first += most) {
    const { values } = inUse();
    const rows = batch.data.subarray(first * length, Math.min(batch.size, first + most) * length);
    const outputs = keepAll(() => {
      const all = forward(network, rowsOf(rows, input.shape), values);
      return seen.map((name) => all[name]);
    });
    const read = await Promise.all(outputs.map((output) => output.data<'float32'>()));
    free(outputs);
    result.set(read[seen.length - 1], first * classes);
    for (let row = 0; observe && row < rows.length / length; row++) {
      seen.forEach((name, place) => {
        const size = elements(shapes.get(name)!);
        observe(name, read[place].subarray(row * size, (row + 1) * size), first + row);
      });
    }
  }
  return result;
}
