import { type LabelledBatch, pick } from './batches.js';
import type { Tensors } from './parameters.js';
import { meanResult, type SharedArrays, sharedArrays, sharedLengths, sharedMemory } from './shared-values.js';
import { gradientStep, type StepResult } from './step.js';
import type { Task } from './task.js';
import { startThread } from './threads.js';

/** Computes what a batch says of the weights. */
export type Gradients = (parameters: Tensors, batch: LabelledBatch, epoch: number) => Promise<StepResult>;

/** Those that compute gradients: this thread alone, or others. */
export interface Team {
  readonly gradients: Gradients;
  close(): Promise<void>;
}

/** What a worker is told first. */
export interface WorkerStart {
  readonly task: Pick<Task, 'kind' | 'network' | 'options' | 'identity'>;
  readonly parameters: SharedArrayBuffer;
  readonly results: SharedArrayBuffer;
}

/** What a worker is told in every step. */
export interface WorkerStep {
  readonly batch: LabelledBatch;
  readonly epoch: number;
}

/** What a worker answers: that it is ready, or done, or what went wrong. */
export interface WorkerAnswer {
  readonly error?: string;
}

/**
 * Brings those together that compute gradients.
 *
 * @throws TypeError if there are to be workers without a module, RangeError if a worker would get less than 2 samples
 */
export function openTeam(task: Task, module: URL | undefined): Team {
  const { workers, batchSize } = task.options;
  if (workers === 1) {
    return {
      gradients: async (parameters, batch, epoch) => gradientStep(task, parameters, batch, epoch),
      close: async () => undefined,
    };
  }
  if (module === undefined)
    throw new TypeError(`Cannot train: ${workers} workers need the hook workerModule: none given`);
  if (batchSize < 2 * workers) {
    throw new RangeError(`Cannot train: each of ${workers} workers needs at least 2 samples of a batch: ${batchSize}`);
  }
  return threadTeam(task, module, workers);
}

function threadTeam(task: Task, module: URL, workers: number): Team {
  const lengths = sharedLengths(task);
  const parameterMemory = sharedMemory(lengths.parameters);
  const weights = sharedArrays(parameterMemory, lengths.parameters);
  const { kind, network, options, identity } = task;
  const members = Array.from({ length: workers }, (_, place) => {
    const results = sharedMemory(lengths.results);
    const start = { task: { kind, network, options, identity }, parameters: parameterMemory, results };
    return { ...openWorker(module, place + 1, start), results: sharedArrays(results, lengths.results) };
  });
  return {
    gradients: async (parameters, batch, epoch) => {
      for (const [name, { data }] of Object.entries(parameters)) weights[name].set(data);
      const shares = members.map((_, place) => shareOf(batch, place, workers));
      await Promise.all(members.map(({ ask }, place) => ask({ batch: shares[place], epoch })));
      const found: SharedArrays[] = members.map(({ results }) => results);
      return meanResult(
        found,
        shares.map(({ size }) => size),
        task,
      );
    },
    close: async () => {
      await Promise.all(members.map(({ close }) => close()));
    },
  };
}

interface Worker {
  /** Has a step done. */
  ask(step: WorkerStep): Promise<void>;
  close(): Promise<unknown>;
}

function openWorker(module: URL, place: number, start: WorkerStart): Worker {
  const thread = startThread(module);
  let settle: { resolve(): void; reject(error: Error): void } | undefined;
  let failure: Error | undefined;
  const fail = (found: string): void => {
    failure ??= new Error(`Cannot train in worker ${place}: ${found}`);
    settle?.reject(failure);
  };
  thread.on('message', ({ error }: WorkerAnswer) => (error === undefined ? settle?.resolve() : fail(error)));
  thread.on('error', (error: Error) => fail(error.message));
  thread.on('exit', () => fail(`its module must call serveGradients: ${module.href}`));
  thread.postMessage(start);
  return {
    ask: (step) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        if (failure) reject(failure);
        else thread.postMessage(step);
      }),
    close: () => thread.terminate(),
  };
}

/** The samples of a batch that one worker takes. */
function shareOf(batch: LabelledBatch, place: number, workers: number): LabelledBatch {
  const [first, end] = [place, place + 1].map((part) => Math.floor((part * batch.size) / workers));
  return pick(
    batch,
    Array.from({ length: end - first }, (_, row) => first + row),
  );
}
