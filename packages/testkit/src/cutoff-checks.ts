import type { CutoffPolicy, Frame, Json, Recording } from '@spikewright/snn-core';
import { type Check, insist, insistSame, isJson } from './check.js';
import { withoutChange } from './freeze.js';
import { range, shuffled } from './order.js';
import { pluginChecks } from './plugin-checks.js';
import { insistSameStops, replay, tinyRecording } from './replay.js';

/** What {@link cutoffChecks} works with. */
export interface CutoffCheckOptions {
  /**
   * What the policy is fitted to and then looks at.
   *
   * @defaultValue 121 samples of 4 classes over 11 steps, whose right class wins sooner or later
   */
  readonly recording?: Recording;
}

/**
 * Checks that what a cutoff learns is JSON and the same each time, and that each sample is judged for itself: neither
 * the samples beside it nor those before it in its row change when it stops.
 */
export function cutoffChecks(policy: CutoffPolicy, options: CutoffCheckOptions = {}): readonly Check[] {
  const { recording = tinyRecording() } = options;
  // Without their object, as evaluate may call them.
  const { fit: learn, start } = policy;
  const fitted = (): Json => learn?.(recording) ?? null;
  return [
    ...pluginChecks(policy),
    ...(learn ? fitChecks(learn, (fitted) => start(fitted, recording), recording) : []),
    ...stopChecks(() => start(fitted(), recording), recording),
    ...(policy.firstStop ? [firstStopCheck(policy.firstStop, start, fitted, recording)] : []),
  ];
}

type Learn = (recording: Recording) => Json;
type Look = (frame: Frame) => void;

function fitChecks(learn: Learn, start: (fitted: Json) => Look, recording: Recording): Check[] {
  return [
    [
      'learns something that JSON keeps whole',
      () => {
        const fitted = learn(recording);
        insist(isJson(fitted), 'what fit returns must be JSON, with finite numbers only');
        const [all] = batchesOf(recording);
        const again: Json = JSON.parse(JSON.stringify(fitted));
        const expected = replay(start(fitted), recording, all, 8);
        insistSameStops(replay(start(again), recording, all, 8), expected, 'after a passage through JSON');
      },
    ],
    ['learns the same each time', () => insistSame(learn(recording), learn(recording), 'what fit returns')],
    [
      'leaves the recording as it was',
      async () => {
        await withoutChange(recording, 'the recording', learn);
      },
    ],
  ];
}

function stopChecks(start: () => Look, recording: Recording): Check[] {
  const [all, mixed, half, rest] = batchesOf(recording);
  const stops = (batch: readonly number[], places: number): Map<number, number> =>
    replay(start(), recording, batch, places);
  return [
    ['stops rows of the frame only', () => void stops(all, 8)],
    ['starts afresh each time', () => insistSameStops(stops(all, 8), stops(all, 8), 'the second time')],
    [
      'keeps two runs apart',
      () => insistSameStops(stopsBeside(start, recording, all), stops(all, 8), 'beside another run'),
    ],
    [
      'judges a sample the same in any order',
      () => insistSameStops(stops(mixed, 8), stops(all, 8), 'in another order'),
    ],
    [
      'judges a sample the same beside any others',
      () => {
        for (const places of [1, 3, all.length]) {
          insistSameStops(stops(all, places), stops(all, 8), `with ${places} side by side`);
        }
      },
    ],
    [
      'judges a sample the same after another batch',
      () => {
        const look = start();
        const [first, second] = [replay(look, recording, half, 8), replay(look, recording, rest, 8)];
        insistSameStops(new Map([...first, ...second]), stops(all, 8), 'in two batches');
      },
    ],
  ];
}

function firstStopCheck(
  firstStop: NonNullable<CutoffPolicy['firstStop']>,
  start: CutoffPolicy['start'],
  fitted: () => Json,
  recording: Recording,
): Check {
  return [
    'stops no sample before its first stop',
    () => {
      const first = firstStop(fitted(), recording);
      insist(
        Number.isInteger(first) && first >= 1 && first <= recording.steps,
        `the first stop must be from 1 to ${recording.steps}: ${first}`,
      );
      const stops = replay(start(fitted(), recording), recording, batchesOf(recording)[0], 8);
      const earliest = Math.min(...stops.values());
      insist(earliest >= first, `no sample may be stopped before step ${first}: one was at ${earliest}`);
    },
  ];
}

/** All samples, the same in another order, and in two parts. */
function batchesOf({ labels }: Recording): [number[], number[], number[], number[]] {
  const all = range(labels.length);
  // An odd number, so that odd places become even ones.
  const middle = Math.floor(all.length / 2) | 1;
  return [all, shuffled(all), all.slice(0, middle), all.slice(middle)];
}

/** The stops of a run that another one, which sees the same frames, must not disturb. */
function stopsBeside(start: () => Look, recording: Recording, batch: readonly number[]): Map<number, number> {
  const [look, other] = [start(), start()];
  const both: Look = (frame) => {
    look(frame);
    other({ ...frame, stop: () => undefined });
  };
  return replay(both, recording, batch, 8);
}
