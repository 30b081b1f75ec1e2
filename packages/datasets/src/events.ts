import { requireInteger, requireKnown } from '@spikewright/snn-core';

/** What a camera of changes recorded: one entry an event, in the order of the file. */
export interface Events {
  /** Column, from 0 at the left. */
  readonly x: Uint8Array;
  /** Row, from 0 at the top. */
  readonly y: Uint8Array;
  /** 1: brighter (on), 0: darker (off). */
  readonly polarity: Uint8Array;
  /** Microseconds. */
  readonly time: Uint32Array;
}

/** Bytes of an event. */
const LENGTH = 5;
/** A row that no sensor of the format has: the entry is no event, but says that the camera's clock began anew. */
const CLOCK_ROW = 240;
/** Microseconds that are added to all times from such an entry on. */
const CLOCK_PERIOD = 2 ** 13;

/**
 * Reads a recording of 5 bytes an event, the format of N-MNIST (Orchard et al. 2015): x, y, 1 bit of polarity, then 23
 * bits of time in microseconds, the high byte first. An entry of row 240 is no event: from it on, times are 2^13 µs later,
 * as in the reader of the authors (`eventvision.py`).
 *
 * @throws TypeError when the bytes are not a Uint8Array
 * @throws RangeError when there is no whole number of events
 */
export function readEvents(bytes: Uint8Array): Events {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`Cannot read events: bytes must be a Uint8Array: ${bytes}`);
  if (bytes.length % LENGTH !== 0)
    throw new RangeError(`Cannot read events: the size must be a multiple of 5 bytes, an event: ${bytes.length}`);
  const count = bytes.length / LENGTH;
  const [x, y, polarity] = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
  const time = new Uint32Array(count);
  let [event, later] = [0, 0];
  for (let at = 0; at < bytes.length; at += LENGTH) {
    const [column, row, high, middle, low] = bytes.subarray(at, at + LENGTH);
    if (row === CLOCK_ROW) {
      later += CLOCK_PERIOD;
      continue;
    }
    x[event] = column;
    y[event] = row;
    polarity[event] = high >> 7;
    time[event++] = (((high & 127) << 16) | (middle << 8) | low) + later;
  }
  return {
    x: x.subarray(0, event),
    y: y.subarray(0, event),
    polarity: polarity.subarray(0, event),
    time: time.subarray(0, event),
  };
}

/** How {@link eventFrames} counts. */
export interface EventFramesOptions {
  /** T, how many frames, from 1 to 65,536. */
  readonly steps: number;
  /** Size of the sensor. */
  readonly shape: readonly [height: number, width: number];
}

/**
 * Counts events in T frames of equal duration, which together last from the first event to the last:
 * `frame = floor((time - first) T / (last - first + 1))`.
 *
 * @returns counts `[steps, height, width, 2]`, polarity last: off, on
 * @throws RangeError when an event lies outside the sensor, or steps is out of range
 */
export function eventFrames(events: Events, options: EventFramesOptions): Uint32Array {
  requireKnown('count events', options, ['steps', 'shape']);
  const { steps, shape } = options;
  requireInteger('count events', 'steps', steps, 1, 65_536);
  const length = shape[0] * shape[1] * 2;
  const frames = new Uint32Array(steps * length);
  placeEvents(events, options, (frame, place) => {
    frames[frame * length + place]++;
  });
  return frames;
}

/**
 * Shows each event's frame, from 0, and its place in `[height, width, 2]`.
 *
 * @throws RangeError when an event lies outside the sensor
 */
export function placeEvents(
  { x, y, polarity, time }: Events,
  { steps, shape: [height, width] }: EventFramesOptions,
  see: (frame: number, place: number) => void,
): void {
  const first = time.reduce((least, t) => Math.min(least, t), 2 ** 32);
  const last = time.reduce((most, t) => Math.max(most, t), 0);
  for (let event = 0; event < time.length; event++) {
    if (x[event] >= width || y[event] >= height) {
      throw new RangeError(
        `Cannot place events: event ${event} must lie on the sensor, ${width} × ${height}: x ${x[event]}, y ${y[event]}`,
      );
    }
    const frame = Math.floor(((time[event] - first) * steps) / (last - first + 1));
    see(frame, (y[event] * width + x[event]) * 2 + polarity[event]);
  }
}
