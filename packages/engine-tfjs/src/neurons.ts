// CONTRIBUTOR NOTES
//
// Layers are computed one after another, each for all steps, and not step after step: without recurrent connections
// both give the same, and convolutions over all steps at once are fewer and larger. One custom gradient goes back through
// the time of a layer; composed of differentiable operations it would save five tensors a step instead of two.
// Where @spikewright/tfjs-kernels-wasm/neurons has registered its kernel, that is run instead: one pass there and one back.
import * as tf from '@tensorflow/tfjs-core';
import { afterReset, charged, fired, type NeuronLayer } from './neuron-layer.js';

/** How a layer of neurons of one spike or none is computed and differentiated. */
export interface NeuronSettings extends NeuronLayer {
  /** T. */
  readonly steps: number;
  readonly surrogate: Surrogate;
  /** Whether the reset passes no gradient back to the spike that caused it. */
  readonly detachReset: boolean;
}

/** What stands for the derivative of a spike: `max(0, 1 - |v/θ - 1|) / θ` or `1 / (θ (1 + (π (v/θ - 1))²))`. */
export type Surrogate = 'triangular' | 'arctan';

/** What a layer of neurons did, `[steps · batch, ...]`, step after step. */
export interface Activity {
  /** 0 or 1. */
  readonly spikes: tf.Tensor;
  /** After the reset, in units of θ. */
  readonly potentials: tf.Tensor;
}

/** Inputs `current`, `threshold`, `initial`, attributes as the settings, outputs spikes and, if `potentials`, u. */
const KERNEL = 'SpikingNeurons';

type Save = (tensors: tf.Tensor[]) => void;

/**
 * The spikes of a layer: `v ← leak · u + current`, `s = 1` where v reaches θ, `u ← v (1 - s)` or `u ← v - s θ`, step by step
 * from `u = v(0)`. The gradient goes back through time, with a surrogate for that of s:
 * `σ'(v) = max(0, 1 - |v/θ - 1|) / θ` or `1 / (θ (1 + (π (v/θ - 1))²))`.
 *
 * @param current - `[steps · batch, ...]`, step after step
 * @returns 0 or 1, in the shape of `current`
 */
export function spikesOf(current: tf.Tensor, settings: NeuronSettings): tf.Tensor {
  if (hasKernel()) return runKernel(current, settings, false)[0];
  return throughTime(current, settings, ({ spikes }) => spikes);
}

/** The spikes of a layer as `spikesOf` gives them, and its potentials, both differentiable. */
export function activityOf(current: tf.Tensor, settings: NeuronSettings): Activity {
  const [spikes, rests] = hasKernel() ? runKernel(current, settings, true) : bothThroughTime(current, settings);
  return { spikes, potentials: tf.div(rests, settings.threshold) };
}

/**
 * One step of a layer, by the kernel: spikes and u.
 *
 * @param rest - u of the step before
 */
export function stepByKernel(current: tf.Tensor, layer: NeuronLayer, rest: tf.Tensor): tf.Tensor[] {
  const settings = { ...layer, initial: rest, steps: 1, surrogate: 'triangular', detachReset: false } as const;
  return runKernel(current, settings, true);
}

/** Whether the back end has a kernel for layers of neurons. */
export const hasKernel = (): boolean => tf.getKernel(KERNEL, tf.getBackend()) !== undefined;

function runKernel(current: tf.Tensor, settings: NeuronSettings, potentials: boolean): tf.Tensor[] {
  const { threshold, initial, levels: _, ...attributes } = settings;
  const inputs = { current, threshold, initial };
  return tf.engine().runKernel<tf.Tensor[]>(KERNEL, inputs, { ...attributes, potentials } as never);
}

function bothThroughTime(current: tf.Tensor, settings: NeuronSettings): tf.Tensor[] {
  const both = throughTime(current, settings, ({ spikes, rests }) => [...spikes, ...rests]);
  const [rows, ...rest] = current.shape;
  return [0, rows].map((first) => tf.slice(both, [first, ...rest.map(() => 0)], current.shape));
}

/** What happens in each step. */
interface Steps {
  /** v, before the reset. */
  readonly potentials: tf.Tensor[];
  readonly spikes: tf.Tensor[];
  /** u, after the reset. */
  readonly rests: tf.Tensor[];
}

/** Runs a layer and joins what was chosen of it: its spikes, or its spikes and then what the potentials are after resets. */
function throughTime(current: tf.Tensor, settings: NeuronSettings, choose: (steps: Steps) => tf.Tensor[]): tf.Tensor {
  const run = tf.customGrad((...args) => {
    const [given, save] = args as unknown as [tf.Tensor, Save];
    const done: Steps = { potentials: [], spikes: [], rests: [] };
    let rest = settings.initial;
    for (const input of tf.split(given, settings.steps)) {
      const potential = charged(rest, input, settings);
      const spike = fired(potential, settings);
      rest = afterReset(potential, spike, settings);
      done.potentials.push(potential);
      done.spikes.push(spike);
      done.rests.push(rest);
    }
    save([...done.potentials, ...done.spikes]);
    return { value: tf.concat(choose(done)), gradFunc: backInTime(settings) as never };
  });
  return run(current);
}

/**
 * With dy and, where potentials were given, du from outside, and `leak dv` of the next step added to du:
 * `ds = dy - du v` (or `- du θ`), `dv = ds σ'(v) + du (1 - s)` (or `+ du`), `d current = dv`.
 */
const backInTime =
  (settings: NeuronSettings) =>
  (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
    const { steps, leak, reset, threshold, detachReset } = settings;
    const given = tf.split(dy, dy.shape[0] / saved[0].shape[0]);
    const toInputs: tf.Tensor[] = new Array(steps);
    let back: tf.Tensor | undefined;
    for (let step = steps - 1; step >= 0; step--) {
      const [potential, spike] = [saved[step], saved[steps + step]];
      const fromOutside = given[steps + step] as tf.Tensor | undefined;
      const toRest = back && fromOutside ? tf.add(back, fromOutside) : (back ?? fromOutside);
      let toSpike = given[step];
      if (toRest && !detachReset) toSpike = tf.sub(toSpike, tf.mul(toRest, reset === 'zero' ? potential : threshold));
      let toPotential = tf.mul(toSpike, surrogateSlope(potential, settings));
      if (toRest) toPotential = tf.add(toPotential, reset === 'zero' ? tf.sub(toRest, tf.mul(toRest, spike)) : toRest);
      toInputs[step] = toPotential;
      back = leak === 1 ? toPotential : tf.mul(toPotential, leak);
    }
    return tf.concat(toInputs);
  };

/** σ'(v). */
function surrogateSlope(potential: tf.Tensor, { surrogate, threshold }: NeuronSettings): tf.Tensor {
  const distance = tf.sub(tf.div(potential, threshold), 1);
  if (surrogate === 'triangular') return tf.div(tf.relu(tf.sub(1, tf.abs(distance))), threshold);
  return tf.reciprocal(tf.mul(threshold, tf.add(1, tf.square(tf.mul(Math.PI, distance)))));
}
