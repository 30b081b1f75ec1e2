import {
  type Batch,
  type Engine,
  type Frame,
  type Recording,
  type RunOptions,
  scoreSource,
} from '@spikewright/snn-core';

/** An engine whose runs are watched. */
export interface Watch {
  readonly engine: Engine;
  /** Forgets what was seen so far; with `keep`, the scores of the runs that follow are kept. Before the first call none are. */
  begin(keep: boolean): void;
  /** Gives the scores of all samples of the runs since `begin(true)` away; a stopped sample's steps after its stop are 0. */
  takeRecording(): Promise<Recording>;
  /** How long the engine worked since `begin`, without what others did with its frames. */
  milliseconds(): number;
}

interface Seen {
  readonly options: RunOptions;
  readonly source: Parameters<typeof scoreSource>[0];
  readonly labels: number[];
  readonly parts: Float64Array[];
  classes: number;
}

/** Watches an engine: keeps the scores of its runs, and how long they took. One run after another, all of one program. */
export function watchEngine(engine: Engine): Watch {
  let keeping = false;
  let seen: Seen | undefined;
  let milliseconds = 0;
  const watched: Engine = {
    name: engine.name,
    compile: async (network) => {
      const program = await engine.compile(network);
      const run = async function* (batch: Batch, options: RunOptions): AsyncIterable<Frame> {
        if (keeping) seen ??= { options, source: network, labels: [], parts: [], classes: 0 };
        const keep = seen ? keeper(seen, batch, options.steps) : () => undefined;
        let started = performance.now();
        for await (const frame of program.run(batch, options)) {
          milliseconds += performance.now() - started;
          keep(frame);
          yield frame;
          started = performance.now();
        }
        milliseconds += performance.now() - started;
      };
      return { ...program, run };
    },
  };
  return {
    engine: watched,
    begin: (keep) => {
      keeping = keep;
      seen = undefined;
      milliseconds = 0;
    },
    milliseconds: () => milliseconds,
    takeRecording: async () => {
      if (!seen) throw new RangeError('Cannot give the scores of runs: they must have been kept: none were');
      const { source, options, labels, parts, classes } = seen;
      keeping = false;
      seen = undefined;
      const scores = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
      let at = 0;
      // Each part is let go once it is copied: of many images, all twice are much memory.
      for (let part = parts.shift(); part; part = parts.shift()) {
        scores.set(part, at);
        at += part.length;
      }
      return { ...(await scoreSource(source, options)), classes, scores, labels: Int32Array.from(labels) };
    },
  };
}

/** Makes room for a batch's scores and returns what writes a frame's. */
function keeper(seen: Seen, { size, labels }: Batch, steps: number): (frame: Frame) => void {
  seen.labels.push(...(labels ?? []));
  const place = seen.parts.push(new Float64Array()) - 1;
  return (frame) => {
    for (let row = 0; row < frame.rows; row++) {
      const scores = frame.scores(row);
      if (seen.parts[place].length === 0) {
        seen.classes = scores.length;
        seen.parts[place] = new Float64Array(size * steps * scores.length);
      }
      seen.parts[place].set(scores, (frame.sampleOf(row) * steps + frame.stepOf(row) - 1) * scores.length);
    }
  };
}
