import { norm } from '@spikewright/converters-norm';
import { type HebbianOptions, hebbian } from '@spikewright/hebbian-tuner';
import type { Calibration, Converter, Network } from '@spikewright/snn-core';

/** A network that tuners start from. */
export interface Baseline {
  readonly name: string;
  readonly converter: Converter;
  /** One step of delay in each layer of neurons, as the authors' later code has. */
  readonly delay: 0 | 1;
  /** T for which it is tuned. */
  readonly tuned: number;
  /** T for which it is run. */
  readonly steps: number;
  /** Whether every variant is tried on it, or the main ones only. */
  readonly all: boolean;
}

/** A way to tune: tuners one after another. */
export interface Variant {
  readonly name: string;
  /** Whether it is tried on every baseline. */
  readonly main: boolean;
  tune(network: Network, calibration: Calibration, steps: number): Promise<Network>;
}

const max = norm({ rule: 'max', scope: 'layer', initial: 0 });
const percentile = norm({ scope: 'layer', initial: 0 });

/** The name of the baseline that the published figures are held against. */
export const WEAKEST = 'zero start, max';
/** The name of the strongest. */
export const STRONGEST = 'θ/2 start, 99.9 by channel';

/** All that may have been the paper's baseline, and stronger ones. */
export const BASELINES: readonly Baseline[] = [
  { name: WEAKEST, converter: max, delay: 0, tuned: 16, steps: 96, all: false },
  { name: `${WEAKEST}, delay`, converter: max, delay: 1, tuned: 16, steps: 112, all: false },
  { name: 'zero start, 99.9', converter: percentile, delay: 0, tuned: 16, steps: 72, all: false },
  { name: 'zero start, 99.9, delay', converter: percentile, delay: 1, tuned: 16, steps: 80, all: false },
  {
    name: 'θ/2 start, max',
    converter: norm({ rule: 'max', scope: 'layer' }),
    delay: 0,
    tuned: 16,
    steps: 64,
    all: false,
  },
  { name: 'θ/2 start, 99.9 by layer', converter: norm({ scope: 'layer' }), delay: 0, tuned: 8, steps: 40, all: false },
  { name: STRONGEST, converter: norm(), delay: 0, tuned: 4, steps: 24, all: true },
];

/** The name of the networks as converted. */
export const UNTUNED = 'untuned';

const tuned = (name: string, main: boolean, options: HebbianOptions): Variant => ({
  name,
  main,
  tune: (network, calibration, steps) => hebbian({ ...options, steps }).tune(network, calibration),
});

/** Several tuners, one after another. */
const inTurn = (name: string, all: (steps: number) => readonly HebbianOptions[]): Variant => ({
  name,
  main: false,
  tune: async (network, calibration, steps) => {
    let current = network;
    for (const options of all(steps)) current = await hebbian(options).tune(current, calibration);
    return current;
  },
});

/** What is tried: the three derived rules, with and without gate, and what goes beyond the abstract. */
export const VARIANTS: readonly Variant[] = [
  { name: UNTUNED, main: true, tune: async (network) => network },
  tuned('H1 timing', true, { rule: 'timing' }),
  tuned('H1 timing, no gate', false, { rule: 'timing', gate: 'off' }),
  tuned('H2 gain', true, { rule: 'gain' }),
  tuned('H2 gain, no gate', false, { rule: 'gain', gate: 'off' }),
  tuned('H3 rate', true, { rule: 'rate' }),
  tuned('H3 rate, no gate', false, { rule: 'rate', gate: 'off' }),
  tuned('H3 rate, gate on the whole', false, { rule: 'rate', gate: 'network' }),
  tuned('H3 biases only', false, { rule: 'rate', eta: 0 }),
  inTurn('H3 rate, T/4, T/2 and T in turn', (steps) =>
    [4, 2, 1].map((part) => ({ rule: 'rate', steps: steps / part })),
  ),
  tuned('threshold', false, { rule: 'threshold' }),
  tuned('potential by channel', false, { rule: 'potential' }),
  tuned('potential by neuron', false, { rule: 'potential', scope: 'neuron' }),
  tuned('onset by layer', false, { scope: 'layer' }),
  inTurn('onset by channel, T / 2', (steps) => [{ steps: steps / 2 }]),
  inTurn('onset by channel, 2 T', (steps) => [{ steps: steps * 2 }]),
  inTurn('onset by channel, 3 epochs', (steps) => [{ steps, epochs: 3 }]),
  inTurn('onset by channel, then H3 with a third of its rates', (steps) => [
    { steps },
    { rule: 'rate', steps, eta: 0.1 / 3, etaBias: 0.1 / 3 },
  ]),
  tuned('onset by channel', true, {}),
  tuned('onset by neuron', true, { scope: 'neuron' }),
];

/** Puts a delay into every layer of neurons, or none. */
export const delayed = (network: Network, delay: 0 | 1): Network =>
  delay === 0
    ? network
    : { ...network, nodes: network.nodes.map((node) => (node.op === 'neuron' ? { ...node, delay } : node)) };
