import type { Neuron } from '../network/network.js';

/** What a layer of neurons remembers between steps of one sample. */
export interface NeuronState {
  /** How many steps were taken. */
  step: number;
  /** v, the membrane potentials. */
  readonly potential: Float64Array;
  /** The spikes that left in the last step. */
  readonly spikes: Int32Array;
  /** Those that leave in the next step; empty without delay. */
  readonly underWay: Int32Array;
  /** The sum of all spikes sent, which keeps signed neurons at or above 0. */
  readonly sent: Int32Array;
}

/** Makes the state of a layer before its first step: v(0) = initial · θ. */
export function neuronState(node: Neuron, size: number): NeuronState {
  const state = {
    step: 0,
    potential: new Float64Array(size),
    spikes: new Int32Array(size),
    underWay: new Int32Array(node.delay === 1 ? size : 0),
    sent: new Int32Array(size),
  };
  resetNeurons(node, state);
  return state;
}

/** Puts a state back to what it was before the first step. */
export function resetNeurons(node: Neuron, state: NeuronState): void {
  const { potential, spikes, underWay, sent } = state;
  state.step = 0;
  const [threshold, initial] = [node.threshold.data, node.initial.data];
  for (let i = 0; i < potential.length; i++) {
    potential[i] = initial[i % initial.length] * threshold[i % threshold.length];
  }
  spikes.fill(0);
  underWay.fill(0);
  sent.fill(0);
}

/** Takes one step: integrate, fire, reset. This loop is the meaning of a `neuron` node. */
export function stepNeurons(node: Neuron, state: NeuronState, input: ArrayLike<number>): void {
  const { potential, sent, underWay } = state;
  const gain = node.gains?.data[state.step] ?? 1;
  state.step += 1;
  if (node.delay === 1) state.spikes.set(underWay);
  const spikes = node.delay === 1 ? underWay : state.spikes;
  const threshold = node.threshold.data;
  const { leak, fires, reset } = node;
  const [min, max] = node.levels;
  for (let i = 0, t = 0; i < potential.length; i++, t++) {
    // The thresholds repeat: one for all, one a channel, or one a neuron.
    if (t === threshold.length) t = 0;
    const theta = threshold[t];
    const v = leak * potential[i] + gain * input[i];
    const spike = spikesAt(v / theta, fires, min, max, sent[i]);
    spikes[i] = spike;
    sent[i] += spike;
    potential[i] = spike === 0 || reset === 'subtract' ? v - spike * theta : 0;
  }
}

/**
 * The spikes of one step: the largest number k with k θ reached (`>=`) or passed (`>`), within the levels.
 *
 * @param v - the membrane potential in units of θ
 * @param sent - the sum of the spikes sent before, which a negative spike may not take below 0
 */
export function spikesAt(v: number, fires: '>=' | '>', min: number, max: number, sent: number): number {
  if (v >= 0) return Math.min(reached(v, fires), max);
  return -Math.min(reached(-v, fires), -min, Math.max(0, sent)) + 0;
}

/** The largest whole number k >= 0 with v >= k, or v > k. */
const reached = (v: number, fires: '>=' | '>'): number =>
  fires === '>=' ? Math.floor(v) : Math.max(0, Math.ceil(v) - 1);
