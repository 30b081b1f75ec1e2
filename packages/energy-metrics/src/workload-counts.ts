/** What NeuroBench counts while a network runs; operations are of one sample on average, all its steps together. */
export interface WorkloadCounts {
  /** Effective MACs: non-zero weights that meet non-zero inputs, in steps in which an input is not -1, 0 or 1. */
  readonly effectiveMultiplyAccumulates: number;
  /** Effective ACs: the same in steps in which all inputs are -1, 0 or 1. */
  readonly effectiveAccumulates: number;
  /** Dense: all weights, zeros too, that meet any input. */
  readonly denseOperations: number;
  /** The share of zeros among all outputs of neurons and activations. */
  readonly activationSparsity: number;
  readonly activationSparsityByLayer: Readonly<Record<string, number>>;
  /** Potentials that a step has changed; the first step of a sample counts all. */
  readonly membraneUpdates: number;
  /** 4 for each membrane update: what NeuroBench charges an integrate-and-fire neuron, leaky or not. */
  readonly effectiveNeuronOperations: number;
  /** 4 for each neuron and step. */
  readonly denseNeuronOperations: number;
}

/** Adds up what is seen. */
export interface Tally {
  readonly samples: number;
  /** A sample begins. */
  sample(): void;
  connection(name: string, input: ArrayLike<number>, fanOut: Float64Array): void;
  activation(name: string, output: ArrayLike<number>): void;
  potentials(before: Float64Array, after: Float64Array, step: number): void;
  report(): WorkloadCounts;
}

/** NeuroBench's table for snnTorch's `Leaky`, either reset. */
const NEURON_OPERATIONS = 4;

/**
 * Starts to count.
 *
 * @param dense - the dense operations of one step by node
 */
export function tally(dense: Readonly<Record<string, number>>): Tally {
  const sums = { samples: 0, mac: 0, ac: 0, dense: 0, updates: 0, neuronSteps: 0 };
  const outputs = new Map<string, { zeros: number; all: number }>();
  return {
    get samples() {
      return sums.samples;
    },
    sample: () => {
      sums.samples += 1;
    },
    connection: (name, input, fanOut) => {
      let effective = 0;
      let binary = true;
      for (let i = 0; i < input.length; i++) {
        const value = input[i];
        if (value === 0) continue;
        effective += fanOut[i];
        binary &&= value === 1 || value === -1;
      }
      sums[binary ? 'ac' : 'mac'] += effective;
      sums.dense += dense[name];
    },
    activation: (name, output) => {
      const seen = outputs.get(name) ?? { zeros: 0, all: 0 };
      for (let i = 0; i < output.length; i++) if (output[i] === 0) seen.zeros += 1;
      seen.all += output.length;
      outputs.set(name, seen);
    },
    potentials: (before, after, step) => {
      sums.neuronSteps += after.length;
      for (let i = 0; i < after.length; i++) if (step === 1 || after[i] !== before[i]) sums.updates += 1;
    },
    report: () => {
      const { samples, mac, ac, updates, neuronSteps } = sums;
      const each = [...outputs.values()];
      return {
        effectiveMultiplyAccumulates: mac / samples,
        effectiveAccumulates: ac / samples,
        denseOperations: sums.dense / samples,
        activationSparsity: share(sum(each, 'zeros'), sum(each, 'all')),
        activationSparsityByLayer: Object.fromEntries(
          [...outputs].map(([name, { zeros, all }]) => [name, share(zeros, all)]),
        ),
        membraneUpdates: updates / samples,
        effectiveNeuronOperations: (updates * NEURON_OPERATIONS) / samples,
        denseNeuronOperations: (neuronSteps * NEURON_OPERATIONS) / samples,
      };
    },
  };
}

const sum = (counts: readonly { zeros: number; all: number }[], kind: 'zeros' | 'all'): number =>
  counts.reduce((total, count) => total + count[kind], 0);

/** NeuroBench's sparsity of nothing is 0. */
const share = (zeros: number, all: number): number => (all === 0 ? 0 : zeros / all);
