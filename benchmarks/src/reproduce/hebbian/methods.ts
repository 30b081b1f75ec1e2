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

const PERCENTILE = 'zero start, 99.9';
const HALF = 'θ/2 start, max';
const HALF_PERCENTILE = 'θ/2 start, 99.9 by layer';

/** All that may have been the paper's baseline, and stronger ones. */
export const BASELINES: readonly Baseline[] = [
  { name: WEAKEST, converter: max, delay: 0, tuned: 16, steps: 96, all: false },
  { name: `${WEAKEST}, delay`, converter: max, delay: 1, tuned: 16, steps: 112, all: false },
  { name: PERCENTILE, converter: percentile, delay: 0, tuned: 16, steps: 72, all: false },
  { name: `${PERCENTILE}, delay`, converter: percentile, delay: 1, tuned: 16, steps: 80, all: false },
  {
    name: HALF,
    converter: norm({ rule: 'max', scope: 'layer' }),
    delay: 0,
    tuned: 16,
    steps: 64,
    all: false,
  },
  { name: HALF_PERCENTILE, converter: norm({ scope: 'layer' }), delay: 0, tuned: 8, steps: 40, all: false },
  { name: STRONGEST, converter: norm(), delay: 0, tuned: 4, steps: 24, all: true },
];

/** Baselines that differ in one thing. */
export const CHANGES: readonly { readonly what: string; readonly from: string; readonly to: string }[] = [
  { what: 'θ/2 alone', from: WEAKEST, to: HALF },
  { what: 'percentile alone', from: WEAKEST, to: PERCENTILE },
  { what: 'θ/2 after the percentile', from: PERCENTILE, to: HALF_PERCENTILE },
  { what: 'percentile after θ/2', from: HALF, to: HALF_PERCENTILE },
  { what: 'by channel after both', from: HALF_PERCENTILE, to: STRONGEST },
  { what: 'delay', from: WEAKEST, to: `${WEAKEST}, delay` },
  { what: 'delay after the percentile', from: PERCENTILE, to: `${PERCENTILE}, delay` },
];

/** From the weakest baseline to the strongest, a change at a time: first θ/2 alone. */
export const WAY: readonly string[] = [WEAKEST, HALF, HALF_PERCENTILE, STRONGEST];

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
