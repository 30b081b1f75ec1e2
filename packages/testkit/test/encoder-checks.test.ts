import { direct, type Encode, type Encoder, poisson, randomStream, regular } from '@spikewright/snn-core';
import { encoderChecks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { failing } from './failing.js';

describe('encoderChecks passes', () => {
  describe('direct', () => {
    test.each(encoderChecks(direct()))('%s', (_, check) => check());
  });
  describe('poisson', () => {
    test.each(encoderChecks(poisson({ rate: 0.7 })))('%s', (_, check) => check());
  });
  describe('regular', () => {
    test.each(encoderChecks(regular(), { random: false }))('%s', (_, check) => check());
  });
});

const encoder = (output: Encoder['output'], start: Encoder['start']): Encoder => ({
  role: 'encoder',
  spec: 1,
  name: 'faulty',
  options: {},
  output,
  start,
});

/** Spikes drawn by keys that a fault chooses. */
const drawn = (keysOf: (seed: number, sample: number, step: number) => [number, number, number]): Encoder =>
  encoder('spikes', (seed) => (image, sample, step, into) => {
    const random = randomStream(...keysOf(seed, sample, step));
    image.forEach((value, place) => {
      into[place] = random() < value ? 1 : 0;
    });
  });

const copy: Encode = (image, _sample, _step, into) => into.set(image);

const countsCalls = (): Encoder => {
  let calls = 0;
  return encoder('constant', () => (image, _sample, _step, into) => into.set(image.map((value) => value + calls++)));
};

const usesThis = (): Encoder =>
  Object.assign(
    encoder('constant', function (this: { gain: number }) {
      const { gain } = this;
      return (image, _sample, _step, into) => into.set(image.map((value) => gain * value));
    }),
    { gain: 2 },
  );

describe('encoderChecks catches', () => {
  const [finite, kept, pure, spikes, constant, random, seedless] = [
    'writes finite numbers into every place',
    'leaves the image as it was',
    'gives the same again, whatever was encoded before',
    'gives spikes, 0 or 1',
    'gives the same in every step',
    'gives other spikes for another seed, sample or step',
    'gives the same for every seed',
  ];
  test.each<[string, Encoder, string[]]>([
    [
      'a place left out',
      encoder(
        'constant',
        () =>
          (image, ...rest) =>
            copy(image.subarray(1), ...rest),
      ),
      [finite],
    ],
    [
      'an image that is written to',
      encoder('constant', () => (image, sample, step, into) => {
        copy(image, sample, step, into);
        image[0] = 2;
      }),
      [kept],
    ],
    ['state between calls', countsCalls(), [pure, constant, seedless]],
    [
      'state between calls of one start',
      encoder('spikes', () => {
        let calls = 0;
        return (image, _sample, _step, into) => into.set(image.map(() => calls++ % 2));
      }),
      [pure],
    ],
    [
      'spikes of another height',
      encoder('spikes', (seed) => (image, sample, step, into) => {
        drawn((...keys) => keys).start(seed)(image, sample, step, into);
        into.set(into.map((value) => 2 * value));
      }),
      [spikes],
    ],
    [
      'a constant that changes',
      encoder('constant', () => (image, _sample, step, into) => into.set(image.map((value) => value / step))),
      [constant],
    ],
    [
      'a constant that depends on the seed',
      encoder('constant', (seed) => (image, _sample, _step, into) => into.set(image.map((value) => value * seed))),
      [seedless],
    ],
    ['spikes that do not depend on the seed', drawn((_, sample, step) => [0, sample, step]), [random]],
    ['spikes that do not depend on the sample', drawn((seed, _, step) => [seed, 0, step]), [random]],
    ['spikes that do not depend on the step', drawn((seed, sample) => [seed, sample, 0]), [random]],
    ['use of this', usesThis(), [finite, constant, seedless]],
  ])('%s', async (_, faulty, names) => {
    expect(await failing(encoderChecks(faulty))).toEqual(expect.arrayContaining(names));
  });

  test('spikes that are said not to be random', async () => {
    expect(await failing(encoderChecks(poisson(), { random: false }))).toEqual([seedless]);
  });
});
