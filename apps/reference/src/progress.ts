import { Presets, SingleBar } from 'cli-progress';

/** Shows how far each phase of a long job is, on standard error. */
export interface Progress {
  /** @param detail - what is worth seeing beside the bar */
  update(phase: string, done: number, total: number, detail?: string): void;
  /** Leaves a line behind, with the time that the phase still takes. */
  note(line: string): void;
  stop(): void;
}

/** A phase under way. */
interface Phase {
  readonly name: string;
  readonly start: number;
  /** What was done when it was first heard of: a job may go on from a file. */
  readonly first: number;
  /** Seconds, by the mean pace so far; none before there is one. */
  left: number | undefined;
}

const FORMAT = '{bar} {percentage} % | {value}/{total} | {spent}, {left} left | {phase} {detail}';

/** Columns of what is said beside the bar, which has what is left of a line. */
const BESIDE = 76;
const [LEAST, MOST] = [5, 40];

/** A bar a phase on a terminal; elsewhere one line when a phase begins. Lines that are to stay are written to both. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const barsize = Math.min(MOST, Math.max(LEAST, (stream.columns ?? 80) - BESIDE));
  const bar = new SingleBar(
    { format: FORMAT, stream, barsize, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  let current: Phase | undefined;
  let drawn = false;
  return {
    update: (phase, done, total, detail = '') => {
      if (phase !== current?.name) {
        current = { name: phase, start: performance.now(), first: done, left: undefined };
        drawn = false;
        if (!stream.isTTY) stream.write(`${phase} ...\n`);
      }
      const seconds = (performance.now() - current.start) / 1000;
      current.left = done > current.first ? (seconds / (done - current.first)) * (total - done) : undefined;
      if (!stream.isTTY) return;
      const payload = { phase, detail, spent: clock(seconds), left: clock(current.left) };
      if (drawn) bar.update(done, payload);
      else bar.start(total, done, payload);
      drawn = true;
    },
    note: (line) => {
      bar.stop();
      drawn = false;
      const left = current?.left ? `, ${clock(current.left)} left` : '';
      stream.write(`${line}${left}\n`);
    },
    stop: () => bar.stop(),
  };
}

/** Seconds as minutes and seconds, and hours where there are: `4:05`, `1:02:03`. */
function clock(seconds: number | undefined): string {
  if (seconds === undefined) return '?';
  const whole = Math.round(seconds);
  const pair = (value: number): string => String(value % 60).padStart(2, '0');
  const [minutes, hours] = [Math.floor(whole / 60), Math.floor(whole / 3600)];
  return hours > 0 ? `${hours}:${pair(minutes)}:${pair(whole)}` : `${minutes}:${pair(whole)}`;
}
