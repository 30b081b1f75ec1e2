import type { Json, Recording, ScoreSource } from '@spikewright/snn-core';
import * as v from 'valibot';
import { checkRecording } from './check-recording.js';
import { topKThresholds } from './thresholds.js';

/** What `topK().fit` learns. Plain JSON. */
export interface TopKFit {
  readonly format: 1;
  /** SHA-256 of the network whose scores they were. */
  readonly network: string;
  /** Name and options of the encoder, as canonical JSON. */
  readonly encoder: string;
  /** T of the recording. A run may be shorter. */
  readonly steps: number;
  /** How many samples were looked at. */
  readonly samples: number;
  /** ε */
  readonly epsilon: number;
  /** The share of lost spikes that the policy asks a recording for; a recording does not say its own. */
  readonly dropout: number;
  /** β of step 1, 2, ..., T, in the units of the scores. */
  readonly beta: readonly number[];
}

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const share = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
const schema = v.strictObject({
  format: v.literal(1),
  network: v.string(),
  encoder: v.string(),
  steps: count,
  samples: count,
  epsilon: share,
  dropout: share,
  beta: v.array(v.pipe(v.number(), v.finite(), v.minValue(0))),
});

/** The least number of samples: with fewer, one sample is more than one part in a hundred, the unit in which ε is given. */
const LEAST_SAMPLES = 100;

/**
 * Learns thresholds from a recording that was made with the given dropout.
 *
 * @throws RangeError for fewer than 100 samples, fewer than 1 / ε of them, or labels of one class
 */
export function fitTopK(
  recording: Recording,
  { epsilon, dropout }: Pick<TopKFit, 'epsilon' | 'dropout'>,
): Readonly<Record<keyof TopKFit, Json>> {
  const action = 'fit topK';
  checkRecording(action, recording);
  const { network, encoder, steps, labels } = recording;
  // Below 1 / ε a single wrong answer is already more than ε: the fit would be that of ε = 0.
  const least = Math.max(LEAST_SAMPLES, epsilon > 0 ? Math.ceil(1 / epsilon) : 0);
  if (labels.length < least)
    throw new RangeError(
      `Cannot ${action}: the recording must hold at least ${least} samples for epsilon ${epsilon}: ${labels.length}`,
    );
  if (labels.every((label) => label === labels[0]))
    throw new RangeError(`Cannot ${action}: labels must be of at least 2 classes: all are ${labels[0]}`);
  const beta = topKThresholds(recording, epsilon);
  return { format: 1, network, encoder, steps, samples: labels.length, epsilon, dropout, beta };
}

/**
 * Reads a fit, and refuses one that was learnt from another source.
 *
 * @throws TypeError saying why
 */
export function requireTopKFit(action: string, fitted: Json, source: ScoreSource): TopKFit {
  const fail = (rule: string, value: string): never => {
    throw new TypeError(`Cannot ${action}: ${rule}: ${value}`);
  };
  if (fitted === null) return fail('it must have been fitted to a recording first', 'no fit given');
  const { success, output, issues } = v.safeParse(schema, fitted);
  if (!success)
    return fail(
      'the fit must be one that topK().fit returned',
      `${v.getDotPath(issues[0]) ?? ''} ${issues[0].message}`.trim(),
    );
  const { network, encoder, steps, beta } = output;
  if (beta.length !== steps) fail(`the fit must have one beta for each of its ${steps} steps`, String(beta.length));
  if (network !== source.network) fail(`the fit must be of this network, ${source.network}`, network);
  if (encoder !== source.encoder) fail(`the fit must be of this encoder, ${source.encoder}`, encoder);
  if (steps < source.steps) fail(`the fit must be of at least the ${source.steps} steps of the run`, String(steps));
  return output;
}
