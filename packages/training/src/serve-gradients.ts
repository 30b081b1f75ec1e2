import { direct, type Encoder } from '@spikewright/snn-core';
import { annTask } from './ann-task.js';
import { checkBackend } from './checks.js';
import type { SpikingTrainOptions, TrainOptions } from './options.js';
import type { Tensors } from './parameters.js';
import type { Regularizer } from './regularizer.js';
import { type SharedArrays, sharedArrays, sharedLengths, writeResult } from './shared-values.js';
import { spikingTask } from './spiking-task.js';
import { gradientStep } from './step.js';
import type { Task } from './task.js';
import type { WorkerAnswer, WorkerStart, WorkerStep } from './team.js';
import { parentPort } from './threads.js';

/** The plugins of a training, which cannot be sent to a thread. */
export interface ServedPlugins {
  /** The same as in the hooks of the training. @defaultValue [] */
  readonly regularizers?: readonly Regularizer<never>[];
  /** The same as in the hooks of `trainSpiking`. @defaultValue direct() */
  readonly encoder?: Encoder;
}

/**
 * Computes gradients for a training in another thread. A `workerModule` sets the back end of TensorFlow.js, then calls
 * this; what goes wrong is told there.
 *
 * @throws ReferenceError if this is no thread that a training has started
 */
export function serveGradients(plugins: ServedPlugins = {}): void {
  const port = parentPort();
  if (!port)
    throw new ReferenceError('Cannot serve gradients: this must be a worker of a training: it is the main thread');
  let serve: ((step: WorkerStep) => void) | undefined;
  const answer = (message: WorkerAnswer): void => port.postMessage(message);
  port.on('message', (message: WorkerStart | WorkerStep) => {
    try {
      if ('task' in message) serve = server(message, plugins);
      else if (serve) {
        serve(message);
        answer({});
      }
    } catch (error) {
      answer({ error: error instanceof Error ? error.message : String(error) });
    }
  });
}

function server(start: WorkerStart, plugins: ServedPlugins): (step: WorkerStep) => void {
  checkBackend();
  const task = rebuilt(start.task, plugins);
  for (const [key, value] of Object.entries(start.task.identity)) {
    const found = task.identity[key];
    if (found !== value) throw new TypeError(`serveGradients must be given the same ${key}, ${value}: ${found}`);
  }
  const lengths = sharedLengths(task);
  const weights = sharedArrays(start.parameters, lengths.parameters);
  const results = sharedArrays(start.results, lengths.results);
  return ({ batch, epoch }) => {
    writeResult(gradientStep(task, withValues(task.parameters, weights), batch, epoch), results);
  };
}

function rebuilt({ kind, network, options }: WorkerStart['task'], plugins: ServedPlugins): Task {
  const { regularizers = [], encoder = direct() } = plugins;
  return kind === 'ann'
    ? annTask(network, options as Required<TrainOptions>, regularizers as readonly Regularizer[])
    : spikingTask(network, options as Required<SpikingTrainOptions>, regularizers as readonly Regularizer[], encoder);
}

/** Tensors of the given shapes with values of their own, which the other thread will not change in the meantime. */
const withValues = (tensors: Tensors, values: SharedArrays): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, { shape, data: values[name].slice() }]));
