import type { Batch, Program } from '../engine/engine.js';
import { labelsOf, MOST_STEPS, requireInteger, requireKnown, requireSamples } from '../errors.js';
import type { Json } from '../json.js';
import { noCutoff } from '../plugin/neutral.js';
import type { CutoffPolicy, Encoder, Metric } from '../plugin/roles.js';
import { argmax, tallyAnswers } from './answers.js';
import { scoreSource } from './score-source.js';
import { type StepWork, tallyWork, type Work } from './work.js';

/** What `evaluate` measures with. */
export interface EvaluateOptions {
  /** T, the most steps a sample takes. */
  readonly steps: number;
  readonly encoder: Encoder;
  /** @defaultValue 0 */
  readonly seed?: number;
  /** @defaultValue noCutoff() */
  readonly cutoff?: CutoffPolicy;
  /** What the cutoff's `fit` returned. @defaultValue what the network's meta keeps for it, or null */
  readonly fitted?: Json;
  /** @defaultValue none */
  readonly metrics?: readonly Metric[];
  /** Called after every batch with the samples done so far. */
  readonly onProgress?: (samples: number) => void;
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
  /** For step 1, 2, ..., T. */
  readonly workByStep: readonly StepWork[];
  /** What each metric reported, by its name. */
  readonly metrics: Readonly<Record<string, Json>>;
}

/**
 * Runs a spiking network over a labelled data set and measures it.
 *
 * @throws RangeError if there is no sample or step, TypeError if labels are missing
 */
export async function evaluate(
  program: Program,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: EvaluateOptions,
): Promise<Evaluation> {
  requireKnown('evaluate', options, ['steps', 'encoder', 'seed', 'cutoff', 'fitted', 'metrics', 'onProgress']);
  const { steps, encoder, seed = 0, cutoff = noCutoff(), metrics = [], onProgress } = options;
  const { fitted = program.network.meta.fits?.[cutoff.name] ?? null } = options;
  requireInteger('evaluate', 'steps', steps, 1, MOST_STEPS);
  const source = await scoreSource(program.network, { encoder, steps });
  const stop = cutoff.start(fitted, source);
  const known = cutoff.firstStop && { firstStop: cutoff.firstStop(fitted, source) };
  const twin = metrics.find(({ name }, i) => metrics.some((other, k) => k < i && other.name === name));
  if (twin) throw new TypeError(`Cannot evaluate: metrics must have different names: '${twin.name}' twice`);
  const observers = metrics.map((metric) => ({ name: metric.name, ...metric.start(program.network) }));
  const work = tallyWork(program.network, steps);
  const answers = tallyAnswers(steps);
  for await (const batch of batches) {
    const answering = answers.open(batch);
    for await (const frame of program.run(batch, { steps, encoder, seed, ...known })) {
      work.add(frame);
      answering.add(frame);
      for (const { observe } of observers) observe(frame);
      stop(frame);
    }
    answering.close();
    onProgress?.(answers.samples);
  }
  const { samples, stops } = answers;
  requireSamples('evaluate', samples);
  return {
    samples,
    steps,
    accuracy: answers.accuracy(),
    meanStopStep: stops.reduce((sum, count, step) => sum + count * (step + 1), 0) / samples,
    stops,
    work: work.byNode(samples),
    workByStep: work.byStep(samples),
    metrics: Object.fromEntries(observers.map(({ name, report }) => [name, report()])),
  };
}

/**
 * The share of right answers of an ANN. Ties go to the lower class.
 *
 * @throws RangeError if there is no sample, TypeError if labels are missing
 */
export async function evaluateAnn(
  program: Program,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  onProgress?: (samples: number) => void,
): Promise<{ readonly samples: number; readonly accuracy: number }> {
  let samples = 0;
  let right = 0;
  for await (const batch of batches) {
    const labels = labelsOf('evaluate', batch);
    const outputs = await program.infer(batch);
    const classes = outputs.length / batch.size;
    labels.forEach((label, sample) => {
      if (argmax(outputs.subarray(sample * classes, (sample + 1) * classes)) === label) right += 1;
    });
    samples += batch.size;
    onProgress?.(samples);
  }
  requireSamples('evaluate', samples);
  return { samples, accuracy: right / samples };
}
