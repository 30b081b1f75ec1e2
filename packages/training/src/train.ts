import { type Batch, type Network, networkHash } from '@spikewright/snn-core';
import { epochOrder, type LabelledBatch, mirrorImages, pick, shiftImages, splitRows } from './batches.js';
import { readCheckpoint, type TrainState, writeCheckpoint } from './checkpoint.js';
import { checkBackend, checkData, checkTrainable, type Sizes } from './checks.js';
import { evaluateAnn } from './evaluate-ann.js';
import { applyGradients, learningRate } from './optimizer.js';
import { type TrainOptions, trainOptions } from './options.js';
import { runningStatistics, trainedTensors, withTensors } from './parameters.js';
import { noRegularizer } from './regularizer.js';
import type { EpochReport, TrainHooks, TrainResult } from './reports.js';
import { gradientStep, type StepContext, type StepResult } from './step.js';

/** What stays the same through a run. */
interface Run {
  readonly network: Network;
  readonly data: LabelledBatch;
  readonly sizes: Sizes;
  readonly options: Required<TrainOptions>;
  readonly hooks: TrainHooks;
  readonly context: StepContext;
  readonly rows: { readonly training: Uint32Array; readonly validation: Uint32Array };
  readonly steps: number;
}

/**
 * Trains an ANN by gradient descent on the cross-entropy of its last node's scores, with the back end of TensorFlow.js
 * that is set. The given network is not changed; equal arguments give equal weights, bit for bit, on the wasm back end,
 * also over an abort and a resume.
 *
 * @param network - its weights are where training starts: see `initialise`
 * @param data - samples as the network reads them, with labels
 * @throws OptionsError, TypeError or RangeError if an argument is unsound; RangeError if the loss leaves the finite
 */
export async function train(
  network: Network,
  data: Batch,
  options: TrainOptions = {},
  hooks: TrainHooks = {},
): Promise<TrainResult> {
  const run = prepare(network, data, trainOptions(options), hooks);
  const identity = await identityOf(run);
  let state: TrainState = {
    parameters: trainedTensors(network, run.options.trainLambda),
    statistics: runningStatistics(network),
    moments: {},
    step: 0,
    sums: { loss: 0, correct: 0, samples: 0 },
    history: [],
  };
  if (hooks.resume) state = readCheckpoint(hooks.resume, identity, state);
  while (state.history.length < run.options.epochs && !hooks.signal?.aborted) {
    await trainEpoch(run, state);
    await hooks.onCheckpoint?.(writeCheckpoint(state, identity));
  }
  const finished = state.history.length === run.options.epochs;
  return { network: snapshot(run, state), history: state.history, finished };
}

function prepare(network: Network, data: Batch, options: Required<TrainOptions>, hooks: TrainHooks): Run {
  checkBackend();
  const sizes = checkTrainable(network);
  checkData(data, sizes);
  if ((options.shift > 0 || options.mirror) && sizes.input.length !== 3) {
    const option = options.mirror ? 'mirror' : 'shift';
    throw new TypeError(`Cannot train: ${option} needs images [height, width, channels]: [${sizes.input}]`);
  }
  const rows = splitRows(data.size, options.validation, options.seed);
  const steps = Math.floor(rows.training.length / options.batchSize);
  if (steps < 1) {
    throw new RangeError(
      `Cannot train: there must be at least one batch of ${options.batchSize} samples: ${rows.training.length}`,
    );
  }
  const { labelSmoothing, gate } = options;
  const regularizer = hooks.regularizer ?? noRegularizer();
  const context = { network, shape: sizes.input, labelSmoothing, gate, regularizer };
  return { network, data, sizes, options, hooks, context, rows, steps };
}

/** What two runs must share to be one training. */
async function identityOf({ network, options, context, data }: Run): Promise<Record<string, string>> {
  const { name, options: settings } = context.regularizer;
  return {
    options: JSON.stringify(options),
    regularizer: JSON.stringify({ name, options: settings }),
    samples: String(data.size),
    network: await networkHash(network),
  };
}

/** Takes the steps that an epoch still lacks, up to an abort. */
async function trainEpoch(run: Run, state: TrainState): Promise<void> {
  const { options, hooks, steps } = run;
  const epoch = state.history.length + 1;
  const order = epochOrder(run.rows.training, options.seed, epoch);
  while (state.step < epoch * steps) {
    const done = state.step - (epoch - 1) * steps;
    const batch = pick(run.data, order.subarray(done * options.batchSize, (done + 1) * options.batchSize));
    augment(run, batch, epoch);
    const rate = learningRate(options, state.step + 1, options.epochs * steps);
    const { loss, penalty, correct } = takeStep(run, state, batch, rate);
    const accuracy = correct / batch.size;
    hooks.onStep?.({ epoch, step: done + 1, steps, loss, penalty, accuracy, learningRate: rate });
    // Lets timers, signals and progress bars have their turn.
    await new Promise((resolve) => setTimeout(resolve));
    if (hooks.signal?.aborted && state.step < epoch * steps) return;
  }
  const { loss, correct, samples } = state.sums;
  const held = run.rows.validation;
  const validation = held.length > 0 ? { validation: evaluateAnn(snapshot(run, state), pick(run.data, held)) } : {};
  const report: EpochReport = { epoch, loss: loss / samples, accuracy: correct / samples, ...validation };
  state.history.push(report);
  state.sums = { loss: 0, correct: 0, samples: 0 };
  hooks.onEpoch?.(report);
}

function augment({ options, sizes }: Run, batch: LabelledBatch, epoch: number): void {
  if (options.mirror) mirrorImages(batch, sizes.input, options.seed, epoch);
  if (options.shift > 0) shiftImages(batch, sizes.input, options.shift, options.seed, epoch);
}

function takeStep(run: Run, state: TrainState, batch: LabelledBatch, rate: number): StepResult {
  const { batchNormMomentum: kept } = run.options;
  const result = gradientStep(run.context, state.parameters, batch);
  if (!Number.isFinite(result.loss + result.penalty)) {
    const rule = 'the loss must stay finite (a smaller learningRate may help)';
    throw new RangeError(`Cannot train: ${rule}: ${result.loss + result.penalty} in step ${state.step + 1}`);
  }
  state.step += 1;
  applyGradients(state.parameters, result.gradients, state.moments, run.options, state.step, rate);
  requireLambdas(state);
  for (const [name, batchValue] of Object.entries(result.statistics)) {
    const { data } = state.statistics[name];
    for (let i = 0; i < data.length; i++) data[i] = kept * data[i] + (1 - kept) * batchValue[i];
  }
  state.sums.loss += result.loss * batch.size;
  state.sums.correct += result.correct;
  state.sums.samples += batch.size;
  return result;
}

/** A step too large may carry a λ below 0, where nothing would bring it back. */
function requireLambdas({ parameters, step }: TrainState): void {
  for (const [name, { data }] of Object.entries(parameters)) {
    if (!name.endsWith('.lambda') || data[0] > 0) continue;
    const [node, rule] = [name.slice(0, -'.lambda'.length), 'λ must stay above 0 (a smaller learningRate may help)'];
    throw new RangeError(`Cannot train node '${node}': ${rule}: ${data[0]} in step ${step}`);
  }
}

const snapshot = (run: Run, state: TrainState): Network =>
  withTensors(run.network, { ...state.parameters, ...state.statistics });
