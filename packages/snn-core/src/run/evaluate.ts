import { isWeighted } from '../engine/connections.js';
import type { Batch, Frame, Program } from '../engine/engine.js';
import { noCutoff } from '../plugin/neutral.js';
import type { CutoffPolicy, Encoder, Json, Metric } from '../plugin/roles.js';

/** What `evaluate` measures with. */
export interface EvaluateOptions {
  /** T, the most steps a sample takes. */
  readonly steps: number;
  readonly encoder: Encoder;
  /** @defaultValue 0 */
  readonly seed?: number;
  /** @defaultValue noCutoff() */
  readonly cutoff?: CutoffPolicy;
  /** What the cutoff's `fit` returned. @defaultValue null */
  readonly fitted?: Json;
  /** @defaultValue none */
  readonly metrics?: readonly Metric[];
  /** Called after every batch with the samples done so far. */
  readonly onProgress?: (samples: number) => void;
}

/** Spikes and synaptic work of one sample, on average, until its stop. */
export interface Work {
  /** By neuron node. */
  readonly spikes: Readonly<Record<string, number>>;
  /** Additions at synapses (AC, SynOps), by weighted node. */
  readonly accumulates: Readonly<Record<string, number>>;
  /** Multiply-additions at synapses (MAC), by weighted node. */
  readonly multiplyAccumulates: Readonly<Record<string, number>>;
}

/** What a spiking network did with a data set. */
export interface Evaluation {
  readonly samples: number;
  readonly steps: number;
  /**
   * The share of right answers after step 1, 2, ..., T. A stopped sample keeps its answer; `null` where the engine shows
   * no such step (the count executor shows only the last). Ties go to the lower class.
   */
  readonly accuracy: readonly (number | null)[];
  readonly meanStopStep: number;
  /** How many samples stopped after step 1, 2, ..., T. */
  readonly stops: readonly number[];
  readonly work: Work;
  /** What each metric reported, by its name. */
  readonly metrics: Readonly<Record<string, Json>>;
}

/**
 * Runs a spiking network over a labelled data set and measures it.
 *
 * @throws RangeError if there is no sample, TypeError if labels are missing
 */
export async function evaluate(
  program: Program,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { steps, encoder, seed = 0, cutoff = noCutoff(), fitted = null, metrics = [], onProgress } = options;
  const stop = cutoff.start(fitted);
  const observers = metrics.map((metric) => ({ name: metric.name, ...metric.start(program.network) }));
  const tally = makeTally(program, steps);
  for await (const batch of batches) {
    const answers = makeAnswers(batch, steps);
    for await (const frame of program.run(batch, { steps, encoder, seed })) {
      tally.add(frame);
      answers.see(frame);
      for (const { observe } of observers) observe(frame);
      stop(frame);
    }
    tally.close(answers);
    onProgress?.(tally.samples());
  }
  if (tally.samples() === 0) throw new RangeError('Cannot evaluate: the data must hold at least 1 sample: 0 given');
  return { ...tally.report(), metrics: Object.fromEntries(observers.map(({ name, report }) => [name, report()])) };
}

/** The place of the largest value, the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Whether each sample's answer was right after each step, and when it stopped. */
interface Answers {
  see(frame: Frame): void;
  /** `[samples, steps]`: 1 right, 0 wrong, -1 not shown. */
  readonly right: Int8Array;
  /** The last step of each sample. */
  readonly stopped: Int32Array;
}

function makeAnswers({ size, labels }: Batch, steps: number): Answers {
  if (!labels) throw new TypeError('Cannot evaluate: every batch must have labels: none given');
  const right = new Int8Array(size * steps).fill(-1);
  const stopped = new Int32Array(size);
  return {
    right,
    stopped,
    see: (frame) => {
      for (let row = 0; row < frame.rows; row++) {
        const [sample, step] = [frame.sampleOf(row), frame.stepOf(row)];
        right[sample * steps + step - 1] = argmax(frame.scores(row)) === labels[sample] ? 1 : 0;
        stopped[sample] = step;
      }
    },
  };
}

function makeTally({ network }: Program, steps: number) {
  const neurons = network.nodes.filter((node) => node.op === 'neuron').map((node) => node.name);
  const weighted = network.nodes.filter(isWeighted).map((node) => node.name);
  const spikes = zeros(neurons);
  const accumulates = zeros(weighted);
  const multiplyAccumulates = zeros(weighted);
  const right = new Float64Array(steps);
  const shown = new Float64Array(steps);
  const stops = new Array<number>(steps).fill(0);
  let samples = 0;
  return {
    samples: () => samples,
    add: (frame: Frame) => {
      for (let row = 0; row < frame.rows; row++) {
        for (const name of neurons) spikes[name] += absoluteSum(frame.spikes(name, row));
        for (const name of weighted) {
          const operations = frame.operations(name, row);
          accumulates[name] += operations.accumulates;
          multiplyAccumulates[name] += operations.multiplyAccumulates;
        }
      }
    },
    close: (answers: Answers) => {
      for (let sample = 0; sample < answers.stopped.length; sample++) {
        const stop = answers.stopped[sample];
        stops[stop - 1] += 1;
        for (let step = 1; step <= steps; step++) {
          const answer = answers.right[sample * steps + Math.min(step, stop) - 1];
          if (answer < 0) continue;
          right[step - 1] += answer;
          shown[step - 1] += 1;
        }
      }
      samples += answers.stopped.length;
    },
    report: (): Omit<Evaluation, 'metrics'> => ({
      samples,
      steps,
      accuracy: Array.from(right, (count, step) => (shown[step] === 0 ? null : count / shown[step])),
      meanStopStep: stops.reduce((sum, count, step) => sum + count * (step + 1), 0) / samples,
      stops,
      work: {
        spikes: perSample(spikes, samples),
        accumulates: perSample(accumulates, samples),
        multiplyAccumulates: perSample(multiplyAccumulates, samples),
      },
    }),
  };
}

const zeros = (names: readonly string[]): Record<string, number> => Object.fromEntries(names.map((name) => [name, 0]));

const perSample = (sums: Record<string, number>, samples: number): Record<string, number> =>
  Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / samples]));

function absoluteSum(values: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]);
  return sum;
}
