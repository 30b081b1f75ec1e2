import {
  type Batch,
  type Compiled,
  checkBatch,
  checkRun,
  compileNetwork,
  type Engine,
  type Frame,
  OptionsError,
  type RunOptions,
  referenceEngine,
  requireKnown,
  requireSpiking,
} from '@spikewright/snn-core';
import { type Layer, layersOf } from '../layer.js';
import { gainPlasticity, type MakePlasticity, type Plasticity, timingPlasticity } from './plasticity.js';
import { runSample } from './run-sample.js';

/**
 * Options of {@link hebbianEngine}. Both rules are derived from the abstract; the paper's rule is not public.
 */
export interface HebbianEngineOptions {
  /** H1 `timing`: each sample has weights of its own. H2 `gain`: a factor for the current of each channel. */
  readonly rule: 'timing' | 'gain';
  /**
   * η, of H1 η+: from 0 to 10.
   *
   * @defaultValue 0.05 for `timing`, 0.3 for `gain`
   */
  readonly eta?: number;
  /**
   * η-, of synapses of neurons that do not fire, from 0 to 10; used by `timing` only.
   *
   * @defaultValue 0.01
   */
  readonly etaMinus?: number;
  /**
   * d, what is left of a spike's trace after a step, from 0 up to but not including 1; used by `timing` only.
   *
   * @defaultValue 0.6
   */
  readonly decay?: number;
  /**
   * ρ, how far weights and gains may move, as a share of what they were: from 0 up to but not including 1.
   *
   * @defaultValue 0.3
   */
  readonly bound?: number;
}

/**
 * An engine whose networks change while they run, in plain loops: hidden layers learn after every step, and every sample starts
 * with the network as it was (dynamic mode). **Derived from the abstract; the paper's rule is not public** (Habara, Sato and
 * Awano, DA Symposium 2023). With rates of 0 it is the reference engine, bit for bit; `infer` always is.
 *
 * There is no gate: nothing checks whether a change helps, and none is taken back before the sample ends. Only `bound` holds it.
 * `hebbian`, the persistent mode, has a gate.
 *
 * The operations that are counted are those of the network, not those of learning.
 *
 * @throws OptionsError for a wrong option
 */
export function hebbianEngine(options: HebbianEngineOptions): Engine {
  const makePlasticity = rulesFor(options);
  return {
    name: `hebbian-${options.rule}`,
    compile: async (network) => {
      const compiled = compileNetwork(network);
      const layers = layersOf(network, compiled.shapes).filter(({ neuron }) => neuron !== compiled.readout);
      const fresh = makePlasticity(layers);
      return {
        ...(await referenceEngine().compile(network)),
        run: (batch, run) => {
          requireSpiking(compiled);
          checkBatch(compiled, batch);
          checkRun(run, network);
          return runBatch(compiled, layers, fresh, batch, run);
        },
      };
    },
  };
}

function rulesFor(options: HebbianEngineOptions): MakePlasticity {
  const action = 'make the hebbian engine';
  requireKnown(action, options, ['rule', 'eta', 'etaMinus', 'decay', 'bound']);
  const { rule, eta = rule === 'timing' ? 0.05 : 0.3, etaMinus = 0.01, decay = 0.6, bound = 0.3 } = options;
  if (rule !== 'timing' && rule !== 'gain') {
    throw new OptionsError(`Cannot ${action}: rule must be timing or gain: ${rule}`);
  }
  for (const [name, value] of Object.entries({ eta, etaMinus })) {
    if (!(value >= 0 && value <= 10))
      throw new OptionsError(`Cannot ${action}: ${name} must be from 0 to 10: ${value}`);
  }
  for (const [name, value] of Object.entries({ decay, bound })) {
    if (!(value >= 0 && value < 1))
      throw new OptionsError(`Cannot ${action}: ${name} must be from 0 to below 1: ${value}`);
  }
  return rule === 'timing' ? timingPlasticity({ eta, etaMinus, decay }, bound) : gainPlasticity(eta, bound);
}

function* runBatch(
  compiled: Compiled,
  layers: readonly Layer[],
  fresh: () => Plasticity,
  batch: Batch,
  options: RunOptions,
): Iterable<Frame> {
  for (let sample = 0; sample < batch.size; sample++) {
    let stopped = false;
    for (const frame of runSample(compiled, layers, fresh(), { batch, sample, options })) {
      yield {
        ...frame,
        stop: () => {
          stopped = true;
        },
      };
      if (stopped) break;
    }
  }
}
