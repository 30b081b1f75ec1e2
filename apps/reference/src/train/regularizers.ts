import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { rcsAnn, rcsSnn } from '@spikewright/regularizer-rcs';
import type { AnnResponse, Regularizer, SpikingResponse } from '@spikewright/training';
import type { WholeTraining } from './train-options.js';

/** What decides the regularizers. */
type Choice = Pick<WholeTraining, 'method' | 'rcs'>;

/** Where threads look for it: plugins cannot be sent to them. */
const KEY = 'spikewright train --method --rcs';

/** The regularizers of an ANN. */
export const annRegularizers = ({ rcs }: Choice): Regularizer<AnnResponse>[] =>
  rcs === undefined ? [] : [rcsAnn({ alpha: rcs })];

/** The regularizers of a spiking network that is trained directly. */
export const spikingRegularizers = ({ rcs }: Choice): Regularizer<SpikingResponse>[] =>
  rcs === undefined ? [] : [rcsSnn({ alpha: rcs })];

/** Has the threads that are started from now on find the same regularizers. */
export const tellThreads = ({ method, rcs }: Choice): void => setEnvironmentData(KEY, { method, rcs });

/** The regularizers of the training that this thread was started for. */
export function toldRegularizers(): Regularizer<AnnResponse>[] | Regularizer<SpikingResponse>[] {
  const choice = getEnvironmentData(KEY) as Choice;
  return choice.method === 'ann' ? annRegularizers(choice) : spikingRegularizers(choice);
}
