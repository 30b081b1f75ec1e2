import { ecc, regularWindow } from '@spikewright/converters-ecc';
import { regular } from '@spikewright/snn-core';
import { encoderChecks } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { batch, convert, dense, input, network, plain, run } from './tiny.js';

for (const [name, check] of encoderChecks(regularWindow({ steps: 3 }), { random: false }))
  test(`regularWindow ${name}`, check);

test('regularWindow sends what regular sends, then nothing', () => {
  const [window, always] = [regularWindow({ steps: 4 }).start(1), regular().start(1)];
  const image = Float32Array.of(1, 0.5, 0.25);
  const sent = (encode: typeof window, step: number): number[] => {
    const into = new Float64Array(3).fill(7);
    encode(image, 0, step, into);
    return [...into];
  };
  for (let step = 1; step <= 4; step++) expect(sent(window, step)).toEqual(sent(always, step));
  expect(sent(window, 5)).toEqual([0, 0, 0]);
  expect(regularWindow().options).toEqual({ steps: 256 });
});

test('regularWindow extends the spike window: N = clip(floor((I + T′ b + τ θ) / θ), 0, T′)', async () => {
  // λ = 1 by the calibration data: a = 0.75 x + 0.25.
  const ann = network(input(1), dense('one', 'input', [[0.75]], [0.25]), plain('relu', 'a', 'one'));
  const spiking = await convert(ecc(), ann, batch([1], [0]));
  const data = batch([1], [0.5]);
  const running = { steps: 12, encoder: regularWindow({ steps: 8 }), executor: 'count' } as const;
  // N0 = 8, 4; I = 6, 3; T' b = 3: floor(9.5), floor(6.5). In 8 steps without extension it would be 8 and 5.
  expect((await run(spiking, data, running)).spikes('a')).toEqual([[9], [6]]);
  const plainly = { ...running, steps: 8, encoder: regular() };
  expect((await run(spiking, data, plainly)).spikes('a')).toEqual([[8], [5]]);
  // In time too: current stays below θ, so nothing comes too late.
  expect((await run(spiking, data, { ...running, executor: 'step' })).spikes('a')).toEqual([[9], [6]]);
});

test.each([0, 1.5, '8'])('regularWindow refuses %j steps', (steps) => {
  expect(() => regularWindow({ steps } as never)).toThrow(/^Cannot use options of regular-window: .*: 'steps'$/);
});
