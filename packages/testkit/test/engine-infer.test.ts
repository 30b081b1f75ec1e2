import type { Engine, Frame } from '@spikewright/snn-core';
import { engineChecks, tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { failing } from './failing.js';
import { type Fault, failures } from './faulty-engines.js';

describe('engineChecks catches a pass', () => {
  test.each<[string, Fault]>([
    [
      'that is a little off',
      {
        program: (program) => ({
          ...program,
          infer: async (batch, observe) => (await program.infer(batch, observe)).map((x) => x + 1e-3),
        }),
      },
    ],
    ['that shows no layer', { program: (program) => ({ ...program, infer: (batch) => program.infer(batch) }) }],
    [
      'that shows other values',
      {
        program: ({ infer, ...program }) => ({
          ...program,
          infer: (batch, observe) =>
            infer(
              batch,
              observe &&
                ((node, values, sample) =>
                  observe(
                    node,
                    Array.from(values, (x) => x + 1),
                    sample,
                  )),
            ),
        }),
      },
    ],
    [
      'that is another when nobody looks',
      {
        program: ({ infer, ...program }) => ({
          ...program,
          infer: async (batch, observe) => (await infer(batch, observe)).map((x) => (observe ? x : x + 1)),
        }),
      },
    ],
  ])('%s, of every topology', async (_, fault) => {
    const expected = Object.keys(tinyNetworks()).map((topology) => `infers ${topology} as the reference does`);
    expect(await failures(fault, expected)).toEqual(expected);
  });
});

describe('engineChecks catches an engine that does not refuse', () => {
  test('anything', async () => {
    const willing: Engine = {
      name: 'willing',
      compile: async (network) => ({
        network,
        infer: () => new Float32Array(3),
        *run() {
          yield { rows: 0, spikes: () => new Int32Array(1) } as unknown as Frame;
        },
        dispose: () => undefined,
      }),
    };
    const checks = engineChecks(willing).filter(([name]) => name.startsWith('refuses'));
    expect(await failing(checks)).toEqual([
      'refuses to run for 0 steps',
      'refuses to run for -1 steps',
      'refuses to run for 1.5 steps',
      'refuses to run for NaN steps',
      'refuses to run with dropout -0.1',
      'refuses to run with dropout 1',
      'refuses to run with dropout NaN',
      'refuses to run longer than there are gains',
      'refuses to run an ANN over time',
      'refuses to infer a spiking network',
      'refuses to run samples of a wrong size',
      'refuses to infer samples of a wrong size',
      'refuses to show spikes of a node that is no neuron',
      'refuses to compile an unsound network',
    ]);
  });

  test.each([
    ['in its own words', () => new RangeError('steps!')],
    ['in many lines', () => new RangeError('Cannot run: one\ntwo')],
    ['with the wrong class', () => new TypeError('Cannot run: steps must be above 0: 0')],
    ['by a slip', () => new RangeError("Cannot read properties of undefined (reading 'x')")],
  ])('or refuses %s', async (_, error) => {
    const slipping: Fault = {
      program: (program) => ({
        ...program,
        run: (batch, options) => {
          if (options.steps === 0) throw error();
          return program.run(batch, options);
        },
      }),
    };
    expect(await failures(slipping, ['refuses to run for 0 steps', 'runs dense as the reference does: plain'])).toEqual(
      ['refuses to run for 0 steps'],
    );
  });
});
