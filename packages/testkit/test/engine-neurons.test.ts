import type { Neuron } from '@spikewright/snn-core';
import { engineChecks, tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { failing } from './failing.js';
import { changing, type Fault, faultyEngine } from './faulty-engines.js';

const neurons = (change: (node: Neuron) => Partial<Neuron>): Fault => ({ network: changing('neuron', change) });
/** Gains of 1 take the place of others. */
const ofOne = (gains: Neuron['gains']): Partial<Neuron> =>
  gains ? { gains: { ...gains, data: gains.data.map(() => 1) } } : {};
const first = ({ data }: Neuron['threshold']): Neuron['threshold'] => ({ shape: [], data: data.slice(0, 1) });

describe('engineChecks catches neurons', () => {
  test.each<[string, Fault, string[]]>([
    ['without leak', neurons(() => ({ leak: 1 })), ['leak']],
    ['that are always reset by subtraction', neurons(() => ({ reset: 'subtract' })), ['reset to zero']],
    ['that are always reset to zero', neurons(() => ({ reset: 'zero' })), ['plain', 'burst']],
    ['that fire at θ', neurons(() => ({ fires: '>=' })), ['fires above threshold only']],
    ['without negative spikes', neurons(({ levels: [, most] }) => ({ levels: [0, most] })), ['signed']],
    ['without bursts', neurons(({ levels: [least] }) => ({ levels: [least, 1] })), ['burst']],
    [
      'of one threshold',
      neurons(({ threshold }) => ({ threshold: first(threshold) })),
      ['threshold per channel', 'threshold per neuron'],
    ],
    [
      'that start at θ/2',
      neurons(() => ({ initial: { shape: [], data: Float32Array.of(0.5) } })),
      ['no initial potential', 'negative initial potential'],
    ],
    ['without gains', neurons(({ gains }) => ofOne(gains)), ['gain per step']],
    ['without delay', neurons(() => ({ delay: 0 })), ['delay']],
  ])('%s, in every topology', async (_, fault, kinds) => {
    const checks = engineChecks(faultyEngine(fault)).filter(([name]) =>
      kinds.some((kind) => name.endsWith(`: ${kind}`)),
    );
    // All topologies but max pooling.
    expect(checks.length).toBe(kinds.length * (Object.keys(tinyNetworks()).length - 1));
    expect(await failing(checks)).toEqual(checks.map(([name]) => name));
  });
});
