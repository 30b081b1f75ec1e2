import { MOST_STEPS, requireInteger } from '../errors.js';
import type { Network } from '../network/network.js';
import { validate } from '../plugin/define-plugin.js';
import { optionsOf } from '../plugin/options.js';
import { type Compiled, checkBatch, compileNetwork, requireAnn, requireSpiking, sizeOf } from './compiled.js';
import { countExecutor } from './count.js';
import type { Batch, Engine, Observe, RunOptions } from './engine.js';
import { stepExecutor } from './step.js';

/** Options of the reference engine. */
export interface ReferenceOptions {
  /**
   * `step` integrates and fires step by step, as hardware does. `count` computes whole spike counts layer by layer, as
   * the ECC authors' tool does; it gives one frame a sample, after the last step. Both agree where each neuron's
   * current is the same in every step and 0 <= v(0) < θ.
   *
   * @defaultValue 'step'
   */
  readonly executor?: 'step' | 'count';
  /**
   * How many samples advance side by side; changes no result.
   *
   * @defaultValue 8
   */
  readonly rows?: number;
}

const schema = optionsOf<{ executor: 'step' | 'count'; rows: number }>({
  executor: { default: 'step', rule: "'step' or 'count'", holds: (name) => name === 'step' || name === 'count' },
  rows: {
    default: 8,
    rule: 'a whole number of at least 1',
    holds: (rows) => Number.isInteger(rows) && Number(rows) >= 1,
  },
});

/**
 * The engine that says what a network means: plain loops over float64 numbers, nothing approximated. Faster engines are
 * held to its spikes.
 *
 * @throws OptionsError if an option is unknown or out of range
 */
export function referenceEngine(options: ReferenceOptions = {}): Engine {
  const { executor, rows } = validate(schema, options, 'the reference engine');
  return {
    name: executor === 'step' ? 'reference' : 'reference-count',
    async compile(network) {
      const compiled = compileNetwork(network);
      return {
        network,
        infer: (batch, observe) => infer(compiled, batch, observe),
        run: (batch, run) => {
          requireSpiking(compiled);
          checkBatch(compiled, batch);
          checkRun(run, network);
          if (executor === 'count') return countExecutor(compiled, batch, run);
          return stepExecutor(compiled, batch, run, rows);
        },
        dispose: () => undefined,
      };
    },
  };
}

/** Refuses steps, seeds, a dropout and a first stop out of range. */
export function checkRun({ steps, seed, dropout = 0, firstStop = 1 }: RunOptions, network: Network): void {
  requireInteger('run', 'steps', steps, 1, MOST_STEPS);
  requireInteger('run', 'firstStop', firstStop, 1, steps);
  requireInteger('run', 'seed', seed, 0, 2 ** 32 - 1);
  if (typeof dropout !== 'number' || !(dropout >= 0 && dropout < 1))
    throw new RangeError(`Cannot run: dropout must be from 0 to below 1: ${dropout}`);
  for (const node of network.nodes) {
    if (node.op !== 'neuron' || node.gains === undefined || node.gains.data.length >= steps) continue;
    const rule = `it has gains for ${node.gains.data.length} steps, and so takes no more`;
    throw new RangeError(`Cannot run node '${node.name}': ${rule}: ${steps}`);
  }
}

function infer(compiled: Compiled, batch: Batch, observe?: Observe): Float32Array {
  requireAnn(compiled);
  checkBatch(compiled, batch);
  const outputs = new Map(compiled.network.nodes.map(({ name }) => [name, new Float64Array(sizeOf(compiled, name))]));
  const readout = outputs.get(compiled.readout.name)!;
  const result = new Float32Array(batch.size * readout.length);
  for (let sample = 0; sample < batch.size; sample++) {
    for (const node of compiled.network.nodes) {
      const output = outputs.get(node.name)!;
      if (node.op === 'input') output.set(batch.data.subarray(sample * output.length, (sample + 1) * output.length));
      else
        compiled.forward.get(node.name)!(
          node.inputs.map((name) => outputs.get(name)!),
          output,
          1,
        );
      observe?.(node.name, output, sample);
    }
    result.set(readout, sample * readout.length);
  }
  return result;
}
