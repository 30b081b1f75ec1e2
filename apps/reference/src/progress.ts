import { Presets, SingleBar } from 'cli-progress';

/** Shows how far each phase of a long job is, on standard error. */
export interface Progress {
  /** @param detail - what is worth seeing beside the bar */
  update(phase: string, done: number, total: number, detail?: string): void;
  stop(): void;
}

/** A bar a phase on a terminal; elsewhere one line when a phase begins. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const format =
    '{bar} {percentage} % | {value}/{total} | {duration_formatted}, {eta_formatted} left | {phase} {detail}';
  const bar = new SingleBar({ format, stream, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
  let current = '';
  return {
    update: (phase, done, total, detail = '') => {
      if (phase !== current) {
        current = phase;
        if (stream.isTTY) bar.start(total, 0, { phase, detail });
        else stream.write(`${phase} ...\n`);
      }
      if (stream.isTTY) bar.update(done, { detail });
    },
    stop: () => bar.stop(),
  };
}
