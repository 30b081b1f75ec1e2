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
import type { RunSample } from './layers.js';
import { runOffset } from './run-offset.js';
import { runResidual } from './run-residual.js';

/** Options of {@link twoStageEngine}. */
export interface TwoStageOptions {
  /**
   * What the first stage decides for each neuron of each sample: whether it may send at all (`residual`: SRP, Hao et al.,
   * AAAI 2023), or where it starts (`offset`: COS, Hao et al., ICLR 2023).
   */
  readonly rule: 'residual' | 'offset';
  /** τ or ρ, the steps of the first stage, from 1 to 256. */
  readonly first: number;
}

/**
 * An engine that runs every sample twice, in plain loops: some first steps, after which neurons that were misled by
 * uneven input are corrected, and then the steps whose answers count. Networks stay as they are, and `infer` is the
 * reference engine's.
 *
 * The `steps` of a run are those of both stages: `residual` shows the first stage as a plain run, and scores start again
 * after it; `offset` shows nothing before step `first + 1`, with which the operations of the first stage are counted.
 *
 * @throws OptionsError for a wrong option; from `run`: TypeError for neurons that leak, are reset to 0, signed or burst,
 * RangeError where there are no steps after the first stage
 */
export function twoStageEngine(options: TwoStageOptions): Engine {
  requireKnown('make the two-stage engine', options, ['rule', 'first']);
  const { rule, first } = options;
  if (rule !== 'residual' && rule !== 'offset') {
    throw new OptionsError(`Cannot make the two-stage engine: rule must be residual or offset: ${rule}`);
  }
  if (!Number.isInteger(first) || first < 1 || first > 256) {
    throw new OptionsError(`Cannot make the two-stage engine: first must be whole, from 1 to 256: ${first}`);
  }
  const runSample = rule === 'residual' ? runResidual : runOffset;
  return {
    name: `two-stage-${rule}-${first}`,
    compile: async (network) => {
      const compiled = compileNetwork(network);
      return {
        ...(await referenceEngine().compile(network)),
        run: (batch, options) => {
          requireSpiking(compiled);
          requirePlain(compiled);
          checkBatch(compiled, batch);
          checkRun(options, network);
          if (options.dropout) throw new TypeError(`Cannot run in two stages: there is no dropout: ${options.dropout}`);
          if (options.steps <= first) {
            const rule = `steps must be more than the ${first} of the first stage`;
            throw new RangeError(`Cannot run in two stages: ${rule}: ${options.steps}`);
          }
          return runBatch(runSample, compiled, batch, options, first);
        },
      };
    },
  };
}

function* runBatch(
  runSample: RunSample,
  compiled: Compiled,
  batch: Batch,
  options: RunOptions,
  first: number,
): Iterable<Frame> {
  for (let sample = 0; sample < batch.size; sample++) {
    let stopped = false;
    for (const frame of runSample(compiled, batch, sample, options, first)) {
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

function requirePlain({ neurons }: Compiled): void {
  for (const { name, reset, leak, levels, gains, delay = 0 } of neurons.values()) {
    const isPlain = reset === 'subtract' && leak === 1 && levels[0] === 0 && levels[1] === 1;
    if (isPlain && gains === undefined && delay === 0) continue;
    const timing = `${gains ? 'gains' : 'no gains'}, delay ${delay}`;
    const given = `reset '${reset}', leak ${leak}, levels [${levels}], ${timing}`;
    throw new TypeError(`Cannot run neurons '${name}' in two stages: they must be plain integrate-and-fire: ${given}`);
  }
}
