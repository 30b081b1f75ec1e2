import { readSafetensors, writeSafetensors } from '@spikewright/snn-core';
import * as v from 'valibot';
import type { Moments } from './optimizer.js';
import type { Tensors } from './parameters.js';
import type { EpochReport } from './reports.js';

/** Everything that changes while a network is trained. */
export interface TrainState {
  parameters: Tensors;
  statistics: Tensors;
  moments: Moments;
  /** Steps taken, over all epochs. */
  step: number;
  /** Sums over the steps taken of the epoch under way. */
  sums: { loss: number; correct: number; samples: number };
  history: EpochReport[];
}

const FORMAT = 'training checkpoint 1';

/** Writes a state as a safetensors file. `run` says which training it belongs to. */
export function writeCheckpoint(state: TrainState, run: Readonly<Record<string, string>>): Uint8Array {
  const { parameters, statistics, moments, ...progress } = state;
  const tensors: Tensors = {};
  for (const [name, tensor] of Object.entries({ ...parameters, ...statistics })) tensors[`network/${name}`] = tensor;
  for (const [name, data] of Object.entries(moments)) tensors[`moments/${name}`] = { shape: [data.length], data };
  return writeSafetensors(tensors, { ...run, format: FORMAT, progress: JSON.stringify(progress) });
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
  for (const [key, value] of Object.entries({ ...run, format: FORMAT })) {
    if (metadata[key] !== value) throw mismatch(`it must have the same ${key}, ${value}`, metadata[key]);
  }
  const network = { ...start.parameters, ...start.statistics };
  for (const [name, { shape }] of Object.entries(network)) {
    const found = tensors[`network/${name}`]?.shape;
    if (String(found) !== String(shape)) throw mismatch(`'${name}' must have the shape [${shape}]`, `[${found}]`);
  }
  const restored = (expected: Tensors): Tensors =>
    Object.fromEntries(Object.keys(expected).map((name) => [name, tensors[`network/${name}`]]));
  const moments = Object.entries(tensors).filter(([name]) => name.startsWith('moments/'));
  for (const [name, { data }] of moments) {
    const parameter = start.parameters[name.slice('moments/'.length, name.lastIndexOf('/'))];
    if (data.length !== parameter?.data.length) throw mismatch('moments must be of its parameters', name);
  }
  return {
    parameters: restored(start.parameters),
    statistics: restored(start.statistics),
    moments: Object.fromEntries(moments.map(([name, { data }]) => [name.slice('moments/'.length), data])),
    ...readProgress(metadata.progress),
  };
}

const mismatch = (rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot resume training from the checkpoint: ${rule}: ${value}`);

const amount = v.pipe(v.number(), v.minValue(0));
const evaluation = v.strictObject({ accuracy: amount, loss: amount });
const progressSchema = v.strictObject({
  step: v.pipe(amount, v.integer()),
  sums: v.strictObject({ loss: amount, correct: amount, samples: amount }),
  history: v.array(
    v.strictObject({ epoch: amount, loss: amount, accuracy: amount, validation: v.exactOptional(evaluation) }),
  ),
});

function readProgress(text: string): v.InferOutput<typeof progressSchema> {
  try {
    return v.parse(progressSchema, JSON.parse(text));
  } catch (cause) {
    throw new TypeError(`Cannot resume training from the checkpoint: it must state its progress: ${text}`, { cause });
  }
}
