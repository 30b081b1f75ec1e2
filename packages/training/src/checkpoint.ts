import { readSafetensors, writeSafetensors } from '@spikewright/snn-core';
import * as v from 'valibot';
import type { Moments } from './optimizer.js';
import type { Tensors } from './parameters.js';
import type { EpochReport } from './reports.js';

/** The tensors of a network that training changes. */
interface Weights {
  parameters: Tensors;
  /** The running statistics of batch normalisation. */
  statistics: Tensors;
}

/** Everything that changes while a network is trained. */
export interface TrainState extends Weights {
  moments: Moments;
  /** Steps taken, over all epochs. */
  step: number;
  /** Sums over the steps taken of the epoch under way. */
  sums: { loss: number; correct: number; samples: number };
  history: EpochReport[];
  /** The weights after the best epoch so far, where there is `patience`. */
  best?: Weights & { epoch: number };
}

const FORMAT = 'training checkpoint 3';

/** Writes a state as a safetensors file. `run` says which training it belongs to. */
export function writeCheckpoint(state: TrainState, run: Readonly<Record<string, string>>): Uint8Array {
  const { parameters, statistics, moments, best, ...progress } = state;
  const tensors: Tensors = {};
  const place = (folder: string, weights: Weights): void => {
    for (const [name, tensor] of Object.entries({ ...weights.parameters, ...weights.statistics })) {
      tensors[`${folder}/${name}`] = tensor;
    }
  };
  place('network', { parameters, statistics });
  if (best) place('best', best);
  for (const [name, data] of Object.entries(moments)) tensors[`moments/${name}`] = { shape: [data.length], data };
  const done = { ...progress, ...(best && { bestEpoch: best.epoch }) };
  return writeSafetensors(tensors, { ...run, format: FORMAT, progress: JSON.stringify(done) });
}

/**
 * Reads a state that was written for the same training.
 *
 * @param start - the state before the first step; its shapes are what the file must have
 * @throws TypeError if the file is damaged or belongs to another training, naming what differs
 */
export function readCheckpoint(
  bytes: Uint8Array,
  run: Readonly<Record<string, string>>,
  start: TrainState,
): TrainState {
  const { tensors, metadata } = readSafetensors(bytes);
  for (const [key, value] of Object.entries({ format: FORMAT, ...run })) {
    if (metadata[key] !== value) throw mismatch(`it must have the same ${key}, ${value}`, metadata[key]);
  }
  const restored = (folder: string): Weights => {
    const restore = (expected: Tensors): Tensors => {
      const found = Object.keys(expected).map((name) => [name, tensors[`${folder}/${name}`]] as const);
      for (const [name, tensor] of found) {
        const { shape } = expected[name];
        if (String(tensor?.shape) === String(shape)) continue;
        throw mismatch(`'${name}' must have the shape [${shape}]`, `[${tensor?.shape}]`);
      }
      return Object.fromEntries(found);
    };
    return { parameters: restore(start.parameters), statistics: restore(start.statistics) };
  };
  const { bestEpoch, ...progress } = readProgress(metadata.progress);
  const network = restored('network');
  const moments = Object.entries(tensors).filter(([name]) => name.startsWith('moments/'));
  for (const [name, { data }] of moments) {
    const parameter = start.parameters[name.slice('moments/'.length, name.lastIndexOf('/'))];
    if (data.length !== parameter?.data.length) throw mismatch('moments must be of its parameters', name);
  }
  return {
    ...network,
    moments: Object.fromEntries(moments.map(([name, { data }]) => [name.slice('moments/'.length), data])),
    ...progress,
    ...(bestEpoch && { best: { epoch: bestEpoch, ...restored('best') } }),
  };
}

const mismatch = (rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot resume training from the checkpoint: ${rule}: ${value}`);

const amount = v.pipe(v.number(), v.minValue(0));
const evaluation = v.strictObject({ accuracy: amount, loss: amount });
const progressSchema = v.pipe(
  v.strictObject({
    step: v.pipe(amount, v.integer()),
    sums: v.strictObject({ loss: v.number(), correct: amount, samples: amount }),
    history: v.array(
      v.strictObject({ epoch: amount, loss: v.number(), accuracy: amount, validation: v.exactOptional(evaluation) }),
    ),
    bestEpoch: v.exactOptional(v.pipe(amount, v.integer())),
  }),
  v.check(({ history, bestEpoch }) => bestEpoch === undefined || history[bestEpoch - 1] !== undefined),
);

function readProgress(text: string): v.InferOutput<typeof progressSchema> {
  try {
    return v.parse(progressSchema, JSON.parse(text));
  } catch (cause) {
    throw new TypeError(`Cannot resume training from the checkpoint: it must state its progress: ${text}`, { cause });
  }
}
