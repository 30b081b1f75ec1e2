import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { EpochReport, LoopOptions, StepReport } from '@spikewright/training';
import { cannotWrite, replaceFile } from './replace-file.js';

/** The first line of a log: what is trained, and how. */
export interface RunLine {
  readonly kind: 'training';
  readonly format: 1;
  /** The words that say the same again; a log is gone on with only by the same. */
  readonly command: string;
  readonly dataSet: string;
  /** Images trained on, held-out ones counted. */
  readonly images: number;
  readonly network: string;
  readonly options: LoopOptions;
  readonly seed: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** The last line of a log: accuracy on test images, and the epoch whose weights these are. */
export interface TestLine {
  readonly images: number;
  readonly accuracy: number;
  readonly epoch: number;
}

/** Writes down how a training goes, one JSON value a line. */
export interface TrainingLog {
  onStep(report: StepReport): void;
  onEpoch(report: EpochReport): void;
  finish(test: TestLine): void;
}

/** A line of an epoch of a log that is gone on with. */
interface EpochLine {
  readonly epoch: number;
  readonly text: string;
}

/**
 * Opens the log of a training: `training`, a line an `epoch`, and `test` at the end. The file is begun with the first step.
 * On a resume the lines of the epochs that are done stay; those of epochs after the checkpoint, and one that was cut off,
 * are dropped. `seconds` are left out of an epoch that was resumed within.
 *
 * @throws TypeError if a log that is to be gone on with holds a line that is no JSON; Error where it cannot be written
 */
export function openTrainingLog(path: string, run: RunLine, resume: boolean): TrainingLog {
  const before = resume && existsSync(path) ? readEpochs(path, run.command) : [];
  let begun = false;
  const begin = (epoch: number): void => {
    if (begun) return;
    begun = true;
    const kept = before.filter((line) => line.epoch < epoch).map(({ text }) => text);
    replaceFile(path, `${[JSON.stringify(run), ...kept].join('\n')}\n`);
  };
  const add = (line: object): void => {
    try {
      appendFileSync(path, `${JSON.stringify(line)}\n`, { flush: true });
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
  };
  let start: number | undefined = performance.now();
  let learningRate = 0;
  return {
    onStep: (report) => {
      if (!begun && report.step > 1) start = undefined;
      begin(report.epoch);
      learningRate = report.learningRate;
    },
    onEpoch: (report) => {
      const seconds = start === undefined ? {} : { seconds: Math.round(performance.now() - start) / 1000 };
      add({ kind: 'epoch', ...report, learningRate, ...seconds });
      start = performance.now();
    },
    finish: (test) => {
      begin(Number.POSITIVE_INFINITY);
      add({ kind: 'test', ...test });
    },
  };
}

/** The epochs that a log of the same training holds; none if it is another's. */
function readEpochs(path: string, command: string): EpochLine[] {
  // What comes after the last line break was cut off.
  const texts = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const lines = texts.map((text, place) => ({ text, ...parsed(text, place, path) }));
  if (lines[0]?.command !== command) return [];
  return lines.flatMap(({ kind, epoch, text }) => (kind === 'epoch' ? [{ epoch: Number(epoch), text }] : []));
}

function parsed(text: string, place: number, path: string): { kind?: unknown; command?: unknown; epoch?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch (cause) {
    const rule = `line ${place + 1} must be JSON (move the file away to begin another)`;
    throw new TypeError(`Cannot go on with the log: ${rule}: ${path}`, { cause });
  }
}
