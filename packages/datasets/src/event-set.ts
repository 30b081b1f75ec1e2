import {
  type Batch,
  definePlugin,
  type Encoder,
  elements,
  optionsOf,
  type PluginFactory,
  requireInteger,
  requireKnown,
} from '@spikewright/snn-core';
import { placeEvents, readEvents } from './events.js';

/** Labelled recordings, or a selection of them. */
export interface EventSet {
  readonly name: string;
  /** Shape of a frame: `[height, width, 2]`, polarity last: off, on. */
  readonly shape: readonly [height: number, width: number, polarities: 2];
  /** Each recording as it was read, for {@link readEvents}. */
  readonly recordings: readonly Uint8Array[];
  /** The class of each recording, from 0. */
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
  /** The places in `recordings` and `labels` that belong to this set, in its order. */
  readonly indices: Uint32Array;
}

/** Options of the encoder that {@link eventSpikes} makes. */
export interface EventSpikesOptions {
  /**
   * T, how many frames a recording is cut into, from 1 to 65,536; as many as the run has steps.
   *
   * @defaultValue 16
   */
  readonly steps?: number;
}

/** How {@link eventBatches} cuts a set. */
export interface EventBatchesOptions extends EventSpikesOptions {
  /**
   * Samples in a batch, a whole number from 1; the last batch may be smaller.
   *
   * @defaultValue 64
   */
  readonly size?: number;
}

/**
 * Makes the encoder of a set of recordings. In step t a network gets frame t of the sample's recording: 1 where a pixel
 * saw any event of a polarity, else 0; after the last frame, nothing. It looks recordings up by the sample's place in
 * the set, so run it on batches of {@link eventBatches} of the same set.
 */
export function eventSpikes(set: EventSet): PluginFactory<Encoder, EventSpikesOptions> {
  return definePlugin({
    role: 'encoder',
    name: 'event-spikes',
    options: optionsOf<{ steps: number }>({
      steps: { default: 16, rule: 'a whole number from 1 to 65,536', holds: isSteps },
    }),
    create: ({ steps }) => ({
      output: 'spikes',
      start: () => (_image, sample, step, into) => {
        into.fill(0);
        placeSample(set, sample, steps, (frame, place) => {
          if (frame === step - 1) into[place] = 1;
        });
      },
    }),
  });
}

function placeSample(set: EventSet, sample: number, steps: number, see: (frame: number, place: number) => void): void {
  const { name, shape, recordings } = set;
  if (!(sample in recordings))
    throw new RangeError(`Cannot encode ${name}: a sample must be one of its ${recordings.length}: ${sample}`);
  placeEvents(readEvents(recordings[sample]), { steps, shape: [shape[0], shape[1]] }, see);
}

const isSteps = (steps: unknown): boolean => Number.isInteger(steps) && Number(steps) >= 1 && Number(steps) <= 65_536;

/**
 * Gives the recordings of a set in order, each as one image `[height, width, 2]`: the mean of the frames that
 * {@link eventSpikes} sends for the same steps, in [0, 1]. Train and calibrate an ANN with them; its converted network
 * then sees over time what adds up to the same.
 *
 * @throws RangeError when an option is out of range, or a recording is damaged
 */
export function eventBatches(set: EventSet, options: EventBatchesOptions = {}): AsyncIterable<Batch> {
  requireKnown('make batches', options, ['steps', 'size']);
  const { steps = 16, size = 64 } = options;
  requireInteger('make batches', 'steps', steps, 1, 65_536);
  requireInteger('make batches', 'size', size, 1, 2 ** 32 - 1);
  return {
    async *[Symbol.asyncIterator]() {
      for (let first = 0; first < set.indices.length; first += size) {
        yield meanFrames(set, set.indices.slice(first, first + size), steps);
      }
    },
  };
}

function meanFrames(set: EventSet, indices: Uint32Array, steps: number): Batch {
  const length = elements(set.shape);
  const data = new Float32Array(indices.length * length);
  indices.forEach((sample, row) => {
    const spikes = new Uint8Array(steps * length);
    placeSample(set, sample, steps, (frame, place) => {
      spikes[frame * length + place] = 1;
    });
    for (let place = 0; place < length; place++) {
      let sum = 0;
      for (let frame = 0; frame < steps; frame++) sum += spikes[frame * length + place];
      data[row * length + place] = sum / steps;
    }
  });
  return { size: indices.length, data, labels: Int32Array.from(indices, (sample) => set.labels[sample]), indices };
}
