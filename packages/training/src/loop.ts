import { type Batch, type Network, networkHash } from '@spikewright/snn-core';
import { dataHash, epochOrder, type LabelledBatch, pick, splitRows } from './batches.js';
import { readCheckpoint, type TrainState, writeCheckpoint } from './checkpoint.js';
import { checkBackend, checkData } from './checks.js';
import { applyGradients, learningRate } from './optimizer.js';
import { tensorsOf, withTensors } from './parameters.js';
import type { EpochReport, TrainHooks, TrainResult } from './reports.js';
import { requireSound } from './sound.js';
import type { StepResult } from './step.js';
import type { Task } from './task.js';
import { type Gradients, openTeam } from './team.js';

/** The hooks that do not depend on what is trained. */
export type LoopHooks = Omit<TrainHooks, 'regularizers'>;

/** What stays the same through a run. */
interface Run {
  readonly task: Task;
  readonly data: LabelledBatch;
  readonly hooks: LoopHooks;
  readonly rows: { readonly training: Uint32Array; readonly validation: Uint32Array };
  /** Steps of an epoch. */
  readonly steps: number;
  /** What two runs must share to be one training. */
  readonly identity: Readonly<Record<string, string>>;
  readonly gradients: Gradients;
}

/**
 * Trains by gradient descent: the one loop behind `train` and `trainSpiking`.
 *
 * @throws TypeError or RangeError if an argument is unsound; RangeError if a loss or a weight leaves the finite
 */
export async function trainLoop(task: Task, data: Batch, hooks: LoopHooks): Promise<TrainResult> {
  const plan = await prepare(task, data, hooks);
  const team = openTeam(task, hooks.workerModule);
  try {
    return await trainAll({ ...plan, gradients: team.gradients });
  } finally {
    await team.close();
  }
}

async function trainAll(run: Run): Promise<TrainResult> {
  const { task, hooks } = run;
  let state: TrainState = {
    parameters: task.parameters,
    statistics: tensorsOf(task.network, ['mean', 'variance']),
    moments: {},
    step: 0,
    sums: { loss: 0, correct: 0, samples: 0 },
    history: [],
  };
  if (hooks.resume) state = readCheckpoint(hooks.resume, run.identity, state);
  while (!isOver(run, state) && !hooks.signal?.aborted) {
    await trainEpoch(run, state);
    await saveCheckpoint(run, state);
  }
  const { best, history } = state;
  const finished = isOver(run, state);
  if (finished && best) return { network: snapshot(run, best), history, bestEpoch: best.epoch, finished };
  return { network: snapshot(run, state), history, finished };
}

async function prepare(task: Task, data: Batch, hooks: LoopHooks): Promise<Omit<Run, 'gradients'>> {
  const { sizes, options, network } = task;
  checkBackend();
  checkData(data, sizes);
  const augmentation = (['mirror', 'shift', 'cutout'] as const).find((name) => options[name]);
  if (augmentation && sizes.input.length !== 3) {
    throw new TypeError(`Cannot train: ${augmentation} needs images [height, width, channels]: [${sizes.input}]`);
  }
  const { checkpointEvery = 1 } = hooks;
  if (!Number.isInteger(checkpointEvery) || checkpointEvery < 1) {
    throw new RangeError(`Cannot train: checkpointEvery must be whole and at least 1: ${checkpointEvery}`);
  }
  const rows = splitRows(data.size, options.validation, options.seed);
  const steps = Math.floor(rows.training.length / options.batchSize);
  if (steps < 1) {
    throw new RangeError(
      `Cannot train: there must be at least one batch of ${options.batchSize} samples: ${rows.training.length}`,
    );
  }
  if (options.patience > 0 && rows.validation.length === 0) {
    throw new RangeError(`Cannot train: patience needs at least 1 sample held out: 0 of ${data.size}`);
  }
  const identity = {
    ...task.identity,
    options: JSON.stringify(options),
    samples: String(data.size),
    data: await dataHash(data),
    network: await networkHash(network),
  };
  return { task, data, hooks, rows, steps, identity };
}

/** Whether all epochs are done, or so many did not help that patience is at its end. */
function isOver({ task: { options } }: Run, { history, best }: TrainState): boolean {
  if (history.length >= options.epochs) return true;
  return best !== undefined && history.length - best.epoch >= options.patience;
}

/** Takes the steps that an epoch still lacks, up to an abort. */
async function trainEpoch(run: Run, state: TrainState): Promise<void> {
  const { task, hooks, steps } = run;
  const { options } = task;
  const epoch = state.history.length + 1;
  const order = epochOrder(run.rows.training, options.seed, epoch);
  while (state.step < epoch * steps) {
    const done = state.step - (epoch - 1) * steps;
    const batch = pick(run.data, order.subarray(done * options.batchSize, (done + 1) * options.batchSize));
    const rate = learningRate(options, state.step + 1, steps);
    const result = await run.gradients(state.parameters, batch, epoch);
    moveOn(task, state, result, batch.size, rate);
    const { loss, penalty, correct } = result;
    const accuracy = correct / batch.size;
    hooks.onStep?.({ epoch, step: done + 1, steps, loss, penalty, accuracy, learningRate: rate });
    // Lets timers, signals and progress bars have their turn.
    await new Promise((resolve) => setTimeout(resolve));
    const isLast = state.step === epoch * steps;
    if (hooks.signal?.aborted && !isLast) return;
    if (hooks.checkpointEvery && state.step % hooks.checkpointEvery === 0 && !isLast) await saveCheckpoint(run, state);
  }
  endEpoch(run, state, epoch);
}

function endEpoch(run: Run, state: TrainState, epoch: number): void {
  const { loss, correct, samples } = state.sums;
  const held = run.rows.validation;
  const validation =
    held.length > 0 ? { validation: run.task.evaluate(snapshot(run, state), pick(run.data, held)) } : {};
  const report: EpochReport = { epoch, loss: loss / samples, accuracy: correct / samples, ...validation };
  state.history.push(report);
  state.sums = { loss: 0, correct: 0, samples: 0 };
  if (run.task.options.patience > 0 && isBetter(report, state.best && state.history[state.best.epoch - 1])) {
    const { parameters, statistics } = state;
    state.best = structuredClone({ epoch, parameters, statistics });
  }
  run.hooks.onEpoch?.(report);
}

/** Whether an epoch did better on the held-out share than the best before. */
function isBetter({ validation: now }: EpochReport, before: EpochReport | undefined): boolean {
  if (!now || !before?.validation) return true;
  const { accuracy, loss } = before.validation;
  return now.accuracy > accuracy || (now.accuracy === accuracy && now.loss < loss);
}

async function saveCheckpoint({ hooks, identity }: Run, state: TrainState): Promise<void> {
  try {
    await hooks.onCheckpoint?.(writeCheckpoint(state, identity));
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : cause;
    throw new Error(`Cannot train on: the checkpoint of step ${state.step} must be kept: ${found}`, { cause });
  }
}

/** Moves a state by what a batch said of it. */
function moveOn(task: Task, state: TrainState, result: StepResult, samples: number, rate: number): void {
  if (!Number.isFinite(result.loss + result.penalty)) {
    const rule = 'the loss must stay finite (a smaller learningRate may help)';
    throw new RangeError(`Cannot train: ${rule}: ${result.loss + result.penalty} in step ${state.step + 1}`);
  }
  state.step += 1;
  applyGradients(state.parameters, result.gradients, state.moments, task, state.step, rate);
  const kept = task.options.batchNormMomentum;
  for (const [name, batchValue] of Object.entries(result.statistics)) {
    const { data: running } = state.statistics[name];
    for (let i = 0; i < running.length; i++) running[i] = kept * running[i] + (1 - kept) * batchValue[i];
  }
  requireSound(state);
  state.sums.loss += result.loss * samples;
  state.sums.correct += result.correct;
  state.sums.samples += samples;
}

const snapshot = ({ task }: Run, { parameters, statistics }: Pick<TrainState, 'parameters' | 'statistics'>): Network =>
  withTensors(task.network, { ...parameters, ...statistics });
