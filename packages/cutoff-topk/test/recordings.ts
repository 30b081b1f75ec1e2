import { type Recording, randomStream } from '@spikewright/snn-core';
import fc from 'fast-check';

/** Any sound recording of a few samples, with whole scores so that leads tie. */
export const recordings: fc.Arbitrary<Recording> = fc
  .record({
    samples: fc.integer({ min: 1, max: 12 }),
    steps: fc.integer({ min: 1, max: 5 }),
    classes: fc.integer({ min: 2, max: 4 }),
    seed: fc.nat(),
  })
  .map(({ seed, ...size }) => drawn(size, seed))
  .filter(({ scores }) => scores.some((score) => score !== scores[0]));

/** The same with scores that favour the label more and more. */
export function drawn(
  { samples, steps, classes }: { samples: number; steps: number; classes: number },
  seed: number,
): Recording {
  const random = randomStream(seed, samples, steps);
  const labels = Int32Array.from({ length: samples }, () => Math.floor(classes * random()));
  const scores = Float64Array.from({ length: samples * steps * classes }, (_, place) => {
    const [sample, step] = [Math.floor(place / (steps * classes)), Math.floor(place / classes) % steps];
    return Math.floor(6 * random()) + (place % classes === labels[sample] ? step + 1 : 0);
  });
  return { network: 'drawn', encoder: '{}', steps, classes, scores, labels };
}
