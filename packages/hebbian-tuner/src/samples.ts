import type { Batch, Calibration } from '@spikewright/snn-core';

/** How many samples are seen between two changes. */
const GROUP = 16;
/** One sample of so many is kept for the gate. */
const HELD_OUT = 3;

/** Calibration samples without their labels. */
export interface Samples {
  /** Those that a rule learns from. */
  readonly seen: readonly Batch[];
  /** Those that decide whether a change is kept. */
  readonly heldOut: readonly Batch[];
}

/**
 * Reads all calibration samples, leaves their labels behind, and parts them, whatever batches they come in.
 *
 * @throws RangeError for fewer than 3 samples
 */
export async function readSamples({ batches }: Calibration): Promise<Samples> {
  const images: Float32Array[] = [];
  const indices: number[] = [];
  for await (const { size, data, indices: places } of batches()) {
    const length = data.length / size;
    for (let i = 0; i < size; i++) images.push(data.slice(i * length, (i + 1) * length));
    indices.push(...places);
  }
  if (images.length < HELD_OUT) {
    throw new RangeError(
      `Cannot tune network: calibration must hold at least ${HELD_OUT} samples: ${images.length} given`,
    );
  }
  const groups = (places: readonly number[]): Batch[] =>
    Array.from({ length: Math.ceil(places.length / GROUP) }, (_, group) => {
      const members = places.slice(group * GROUP, (group + 1) * GROUP);
      const data = new Float32Array(members.length * images[0].length);
      members.forEach((place, i) => {
        data.set(images[place], i * images[0].length);
      });
      return { size: members.length, data, indices: Uint32Array.from(members, (place) => indices[place]) };
    });
  const places = images.map((_, place) => place);
  const isHeldOut = (place: number): boolean => place % HELD_OUT === HELD_OUT - 1;
  return { seen: groups(places.filter((place) => !isHeldOut(place))), heldOut: groups(places.filter(isHeldOut)) };
}
