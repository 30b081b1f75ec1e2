import {
  abs,
  add,
  concat,
  customGrad,
  div,
  engine,
  getBackend,
  getKernel,
  step as heaviside,
  mul,
  type NamedAttrMap,
  reciprocal,
  relu,
  reshape,
  slice,
  square,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { NEURONS } from './neurons-kernel.js';

/** How a layer of neurons behaves. */
export interface NeuronOptions {
  /** T; the currents hold the steps one after another. */
  readonly steps: number;
  /** θ, in a shape that spreads over a step, such as `[]` or `[channels]`. */
  readonly threshold: Tensor;
  /** v(0), in a shape that spreads over a step. */
  readonly initial: Tensor;
  /** What is left of a potential after a step: 1 for integrate-and-fire, less for leaky neurons. @defaultValue 1 */
  readonly leak?: number;
  /** What a spike does to the potential: takes θ away, or makes it 0. @defaultValue 'subtract' */
  readonly reset?: 'subtract' | 'zero';
  /** Whether a potential of exactly θ fires. @defaultValue '>=' */
  readonly fires?: '>=' | '>';
  /** What stands for the slope of a spike in gradients. @defaultValue 'triangular' */
  readonly surrogate?: 'triangular' | 'arctan';
  /** Whether the reset passes no gradient back to its spike. @defaultValue false */
  readonly detachReset?: boolean;
}

/** What a layer did, in the shape of its currents. */
export interface NeuronActivity {
  /** 0 or 1. */
  readonly spikes: Tensor;
  /** After the reset. */
  readonly potentials: Tensor;
}

type Settings = Required<Omit<NeuronOptions, 'threshold' | 'initial'>>;

const DEFAULTS: Omit<Settings, 'steps'> = {
  leak: 1,
  reset: 'subtract',
  fires: '>=',
  surrogate: 'triangular',
  detachReset: false,
};

/**
 * A layer of integrate-and-fire neurons through time: `v ← leak u + current`, `s = 1` where v reaches θ, `u ← v (1 - s)` or
 * `u ← v - s θ`, from `u = v(0)`. Differentiable in the currents through time, with `max(0, 1 - |v/θ - 1|) / θ` or
 * `1 / (θ (1 + (π (v/θ - 1))²))` for the slope of s. One step is T = 1 with v(0) the potential before it; then, and
 * whenever v(0) has a value for each neuron of each sample, it is differentiable in v(0) too. Runs the kernel
 * `SpikingNeurons` where the current back end has it, else a composition.
 *
 * @param current - `[steps · batch, ...]`, float32, step after step
 * @throws TypeError or RangeError if an argument does not fit the kernel
 */
export function spikingNeurons(current: Tensor, options: NeuronOptions): NeuronActivity {
  const { threshold, initial, ...rest } = options;
  const settings: Settings = { ...DEFAULTS, ...rest };
  if (!getKernel(NEURONS, getBackend())) return composed(current, threshold, initial, settings);
  const attrs = { ...settings, potentials: true } as unknown as NamedAttrMap;
  const [spikes, potentials] = engine().runKernel<Tensor[]>(NEURONS, { current, threshold, initial }, attrs);
  return { spikes, potentials };
}

function composed(current: Tensor, threshold: Tensor, initial: Tensor, settings: Settings): NeuronActivity {
  const { steps, leak, reset } = settings;
  const [rows, ...rest] = current.shape;
  const shape = [rows / steps, ...rest];
  const done: { spikes: Tensor[]; potentials: Tensor[] } = { spikes: [], potentials: [] };
  let potential = initial;
  for (let step = 0; step < steps; step++) {
    const input = reshape(slice(current, [step * shape[0], ...rest.map(() => 0)], shape), shape);
    const charged = add(mul(potential, leak), input);
    const spikes = fire(charged, threshold, settings);
    const resetBy = settings.detachReset ? detached(spikes) : spikes;
    potential = sub(charged, mul(resetBy, reset === 'zero' ? charged : threshold));
    done.spikes.push(spikes);
    done.potentials.push(potential);
  }
  return { spikes: concat(done.spikes), potentials: concat(done.potentials) };
}

/** The spikes, whose slope is the surrogate. */
function fire(v: Tensor, threshold: Tensor, { fires, surrogate }: Settings): Tensor {
  const spike = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    const value = fires === '>' ? heaviside(sub(x, threshold)) : sub(1, heaviside(sub(threshold, x)));
    save([x]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]): Tensor => {
      const distance = sub(div(saved, threshold), 1);
      if (surrogate === 'triangular') return mul(dy, div(relu(sub(1, abs(distance))), threshold));
      return mul(dy, reciprocal(mul(threshold, add(1, square(mul(Math.PI, distance))))));
    };
    return { value, gradFunc: gradFunc as never };
  });
  return spike(v);
}

/** The same values, as a constant. */
function detached(x: Tensor): Tensor {
  const constant = customGrad((...args) => {
    const [value] = args as unknown as [Tensor];
    return { value: mul(value, 1), gradFunc: ((dy: Tensor) => mul(dy, 0)) as never };
  });
  return constant(x);
}
