import { type Encode, type Encoder, randomStream } from '@spikewright/snn-core';
import { type Check, difference, insist, insistSame } from './check.js';
import { range, shuffled } from './order.js';
import { pluginChecks } from './plugin-checks.js';

/** What {@link encoderChecks} cannot see for itself. */
export interface EncoderCheckOptions {
  /**
   * Whether spikes are drawn at random, so that another seed gives others.
   *
   * @defaultValue true for an encoder that gives spikes
   */
  readonly random?: boolean;
}

const [SAMPLES, STEPS, SIZE] = [3, 7, 23];

/** Values by sample and step. */
type Encoded = readonly (readonly (readonly number[])[])[];

/** Checks that an encoder is pure in (seed, sample, step), and gives what its `output` promises. */
export function encoderChecks(encoder: Encoder, options: EncoderCheckOptions = {}): readonly Check[] {
  const { random = encoder.output === 'spikes' } = options;
  // Without its object, as evaluate and engines may call it.
  const encoded = (seed: number): Encoded => {
    const { start } = encoder;
    return encodeAll(start(seed));
  };
  return [
    ...pluginChecks(encoder),
    ['writes finite numbers into every place', () => insistFinite(encoded(1))],
    ['leaves the image as it was', () => insistImageKept(encoder)],
    ['gives the same again, whatever was encoded before', () => insistPure(encoder)],
    encoder.output === 'spikes'
      ? ['gives spikes, 0 or 1', () => insistSpikes(encoded(1))]
      : ['gives the same in every step', () => insistConstant(encoded(1))],
    random
      ? ['gives other spikes for another seed, sample or step', () => insistRandom(encoder)]
      : ['gives the same for every seed', () => insistSame(encoded(2), encoded(1), 'the input of another seed')],
  ];
}

/** Random intensities, which are the same for a sample in every call. */
function imageOf(sample: number): Float32Array {
  const random = randomStream(sample);
  return Float32Array.from({ length: SIZE }, random);
}

function encodeOne(encode: Encode, image: Float32Array, sample: number, step: number): number[] {
  const into = new Float64Array(image.length).fill(Number.NaN);
  encode(image, sample, step, into);
  return Array.from(into);
}

function encodeAll(encode: Encode): Encoded {
  return range(SAMPLES).map((sample) =>
    range(STEPS).map((step) => encodeOne(encode, imageOf(sample), sample, step + 1)),
  );
}

function insistFinite(encoded: Encoded): void {
  const strange = encoded.flat(2).find((value) => !Number.isFinite(value));
  insist(strange === undefined, `every value must be written, and finite: ${strange}`);
}

function insistImageKept(encoder: Encoder): void {
  const image = imageOf(1);
  encodeOne(encoder.start(1), image, 1, 1);
  insistSame(image, imageOf(1), 'the image');
}

function insistPure(encoder: Encoder): void {
  const expected = encodeAll(encoder.start(1));
  const [encode, other] = [encoder.start(1), encoder.start(9)];
  const mixed = range(SAMPLES).map((): number[][] => []);
  for (const call of shuffled(range(SAMPLES * STEPS))) {
    const [sample, step] = [call % SAMPLES, Math.floor(call / SAMPLES)];
    encodeOne(other, imageOf(sample), sample, step + 1);
    mixed[sample][step] = encodeOne(encode, imageOf(sample), sample, step + 1);
  }
  insistSame(mixed, expected, 'the input of the same seed, sample and step, in another order of calls,');
}

function insistSpikes(encoded: Encoded): void {
  const strange = encoded.flat(2).find((value) => value !== 0 && value !== 1);
  insist(strange === undefined, `spikes must be 0 or 1: ${strange}`);
}

function insistConstant(encoded: Encoded): void {
  for (const [first, ...later] of encoded) {
    for (const values of later) insistSame(values, first, 'the input of a later step');
  }
}

function insistRandom(encoder: Encoder): void {
  const [encode, other] = [encoder.start(1), encoder.start(2)];
  // The same image throughout, so that nothing but the named cause can make a difference.
  const all = (draw: Encode, sample: number, first: number): number[][] =>
    range(STEPS).map((step) => encodeOne(draw, imageOf(0), sample, first + step));
  const base = all(encode, 0, 1);
  const others = { seed: all(other, 0, 1), sample: all(encode, 1, 1), step: all(encode, 0, 1 + STEPS) };
  for (const [cause, values] of Object.entries(others)) {
    insist(difference(values, base) !== undefined, `another ${cause} must give other spikes, and gives the same`);
  }
}
