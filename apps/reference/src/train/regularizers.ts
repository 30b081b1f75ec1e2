import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { rcsAnn } from '@spikewright/regularizer-rcs';

type Regularizers = ReturnType<typeof rcsAnn>[];

/** Where threads look for α of RCS: plugins cannot be sent to them. */
const KEY = 'spikewright train --rcs';

/** The regularizers of a training; the threads that it starts from now on have the same. */
export function tellRegularizers(rcs: number | undefined): Regularizers {
  setEnvironmentData(KEY, rcs);
  return regularizers(rcs);
}

/** What {@link tellRegularizers} gave, in a thread. */
export const toldRegularizers = (): Regularizers => regularizers(getEnvironmentData(KEY) as number | undefined);

const regularizers = (rcs: number | undefined): Regularizers => (rcs === undefined ? [] : [rcsAnn({ alpha: rcs })]);
