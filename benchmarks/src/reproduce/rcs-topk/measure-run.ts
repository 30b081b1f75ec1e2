import { topK } from '@spikewright/cutoff-topk';
import {
  type Batch,
  direct,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type Program,
  type Recording,
} from '@spikewright/snn-core';
import { AIM, type CutoffRow, type RealRun, type RunWork } from './results.js';

/** How often the two runs take turns. */
const ROUNDS = 5;

/** What a run is measured with. */
export interface RunPlan {
  readonly program: Program;
  readonly test: () => AsyncIterable<Batch>;
  /** What the cutoff is fitted to. */
  readonly seen: Recording;
  readonly row: CutoffRow;
  readonly steps: number;
  readonly seed: number;
  /** Hears how many images ran. */
  readonly onImages: (images: number) => void;
}

/** Of the rows of Top-K with dropout the one with the fewest steps within the aim's loss; the strictest if there is none. */
export function rowToRun(rows: readonly CutoffRow[]): CutoffRow {
  const fitted = rows.filter(({ cutoff, dropout }) => cutoff === 'Top-K' && dropout > 0);
  const within = fitted.filter(({ loss }) => loss <= AIM.loss).sort((a, b) => a.meanStep - b.meanStep);
  return within[0] ?? fitted[0];
}

/** Runs the test images with the cutoff and without it in turn: samples that stop are not computed further. */
export async function measureRun({ program, test, seen, row, steps, seed, onImages }: RunPlan): Promise<RealRun> {
  const { level, dropout } = row;
  const cutoff = topK({ epsilon: level, dropout });
  const fitted = cutoff.fit!(seen);
  const seconds = { full: [] as number[], cut: [] as number[] };
  const timed = async (into: number[], options: Partial<EvaluateOptions>): Promise<Evaluation> => {
    const start = performance.now();
    const evaluation = await evaluate(program, test(), { steps, encoder: direct(), seed, ...options });
    into.push(Number(((performance.now() - start) / 1000).toFixed(3)));
    onImages(evaluation.samples);
    return evaluation;
  };
  let [full, cut] = [await timed(seconds.full, {}), await timed(seconds.cut, { cutoff, fitted })];
  for (let round = 1; round < ROUNDS; round++) {
    full = await timed(seconds.full, {});
    cut = await timed(seconds.cut, { cutoff, fitted });
  }
  const { meanStopStep: meanStep, stops } = cut;
  const accuracy = Number(cut.accuracy[steps - 1]);
  return {
    level,
    dropout,
    accuracy,
    meanStep,
    stops,
    full: workOf(full, seconds.full),
    cut: workOf(cut, seconds.cut),
    asClaimed: accuracy === row.accuracy && stops.every((count, step) => count === row.stops[step]),
  };
}

function workOf({ workByStep }: Evaluation, seconds: readonly number[]): RunWork {
  const sum = (key: Exclude<keyof RunWork, 'seconds'>): number =>
    workByStep.reduce((total, step) => total + step[key], 0);
  return {
    spikes: sum('spikes'),
    accumulates: sum('accumulates'),
    multiplyAccumulates: sum('multiplyAccumulates'),
    seconds,
  };
}
