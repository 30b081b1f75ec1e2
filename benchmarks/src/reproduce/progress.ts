import { Presets, SingleBar } from 'cli-progress';

/** Says what is being done, and the share of it that is done. */
export interface Progress {
  say(what: string, share: number): void;
  stop(): void;
}

/** A bar for each thing done on a terminal, a line elsewhere. */
export function showProgress(): Progress {
  const bar = new SingleBar(
    { format: '{bar} {percentage} % | {duration_formatted}, {eta_formatted} left | {what}', clearOnComplete: true },
    Presets.shades_classic,
  );
  let current = '';
  return {
    say: (what, share) => {
      if (what !== current) {
        current = what;
        if (process.stderr.isTTY) bar.start(1, 0, { what });
        else console.error(`${what} ...`);
      }
      if (process.stderr.isTTY) bar.update(share);
    },
    stop: () => bar.stop(),
  };
}
