import { qcfs } from '@spikewright/converters-qcfs';
import { expect, test } from 'vitest';
import { activation, activations, batch, convert, input, network, run, table } from './tiny.js';

const layer = (lambda: number, size = 1) => network(input(size), activation('a', 'input', lambda, 4));

test('the QCFS activation of λ = 2, L = 4', async () => {
  const currents = [-0.3, 0.1, 0.25, 0.9, 1.2, 1.7, 1.75, 2.6];
  const values = await activations(layer(2, 8), batch(currents));
  // 2 clip(floor(2 z + 1/2) / 4, 0, 1): 0.25 and 1.75 are ties, and go up.
  expect(values('a')).toEqual([[0, 0, 0.5, 1, 1, 1.5, 2, 2]]);
});

test('qcfs gives neurons of θ = 2, v(0) = 1 whose spikes add up to the activation after T = 4 steps', async () => {
  const data = batch([0.9], [1.2], [1.7], [2.6], [-0.3], [0.25], [1.75]);
  const spiking = await convert(qcfs(), layer(2), data);
  const { trains, scores } = await run(spiking, data, { steps: 4 });
  expect(trains('a').map((sample) => sample.flat().join(''))).toEqual([
    '0101', // 1.9, 2.8 -> 0.8, 1.7, 2.6
    '1010', // 2.2 -> 0.2, 1.4, 2.6 -> 0.6, 1.8
    '1110',
    '1111',
    '0000',
    '0001', // 1.25, 1.5, 1.75, 2: a tie
    '1111', // 2.75, 2.5, 2.25, 2: a tie
  ]);
  expect(scores.flat().map((score) => score / 4)).toEqual([1, 1, 1.5, 2, 0, 0.5, 2]);
});

test('qcfs with fires > takes the lower of two levels that are equally near', async () => {
  const data = batch([0.25], [1.75], [0.9]);
  const spiking = await convert(qcfs({ fires: '>' }), layer(2), data);
  const { scores } = await run(spiking, data, { steps: 4 });
  expect(scores.flat().map((score) => score / 4)).toEqual([0, 1.5, 1]);
});

test('qcfs has the unevenness of neurons whose current changes', async () => {
  const spiking = await convert(qcfs(), layer(1), batch([0], [1]));
  const train = async (...currents: number[]): Promise<string> => {
    const encoder = table(...currents.map((current) => [current]));
    const { trains } = await run(spiking, batch([0]), { steps: 4, encoder });
    return trains('a')[0].flat().join('');
  };
  // Both have a sum of 0, and the activation of 0 is 0.
  expect(await train(1, 1, -1, -1)).toBe('1100');
  expect(await train(-1, -1, 1, 1)).toBe('0000');
});
