import { requireKnown } from '@spikewright/snn-core';
import type { EventSet } from './event-set.js';
import { placeEvents, readEvents } from './events.js';
import { list, readBytes } from './read-bytes.js';
import { requireOneOf } from './require-one-of.js';

/** Where {@link nmnist} looks. */
export interface NmnistOptions {
  /** The folder with the unpacked folders `Train` and `Test`, each with the folders `0` to `9` of recordings. */
  readonly folder: string;
  /** `train`: 60,000 recordings; `test`: 10,000. */
  readonly part: 'train' | 'test';
}

const FOLDERS = { train: 'Train', test: 'Test' } as const;
const CLASS_NAMES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/** Over 3 million events; a recording has some thousands. */
const LIMIT = 2 ** 24;

/**
 * Reads N-MNIST (Orchard et al. 2015): MNIST's digits seen by a moving camera of changes, 34 × 34, about 300 ms. The
 * order is that of the file names, which number MNIST's images. Needs Node.
 *
 * @throws ReferenceError when a folder is missing, or the part is unknown
 * @throws RangeError when a recording has no whole number of events, or an event outside the sensor
 */
export async function nmnist(options: NmnistOptions): Promise<EventSet> {
  requireKnown('read N-MNIST', options, ['folder', 'part']);
  const { folder, part } = options;
  requireOneOf('read N-MNIST', 'part', part, Object.keys(FOLDERS));
  const files = await Promise.all(
    CLASS_NAMES.map(async (label) => {
      const path = `${folder}/${FOLDERS[part]}/${label}`;
      return (await list(path)).files
        .filter((file) => file.endsWith('.bin'))
        .map((file) => ({ file, label: Number(label), path: `${path}/${file}` }));
    }),
  );
  const ordered = files.flat().sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.label - b.label));
  const recordings: Uint8Array[] = [];
  for (const { path } of ordered) recordings.push(await readRecording(path));
  return {
    name: `nmnist-${part}`,
    shape: [34, 34, 2],
    recordings,
    labels: Int32Array.from(ordered, ({ label }) => label),
    classNames: CLASS_NAMES,
    indices: Uint32Array.from(ordered, (_, place) => place),
  };
}

async function readRecording(path: string): Promise<Uint8Array> {
  // A copy, for Node may hand out a part of a larger buffer.
  const bytes = (await readBytes(path, LIMIT)).slice();
  try {
    placeEvents(readEvents(bytes), { steps: 1, shape: [34, 34] }, () => {});
  } catch (cause) {
    throw new RangeError(`Cannot read ${path}: ${(cause as Error).message.replace(/^Cannot [^:]*: /, '')}`, { cause });
  }
  return bytes;
}
