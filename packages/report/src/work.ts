import type { AnnRecord, SpikingRecord } from './results.js';

/** E0, 32-bit floats in 45 nm (Horowitz, ISSCC 2014), in nanojoules. */
const MAC = 0.0046;
const AC = 0.0009;

/** What E0 is, for captions and axes. */
export const PROXY = 'E0: 4.6 pJ a MAC, 0.9 pJ an AC, no memory';

/** E0 of one sample up to each step, on average over samples, in nanojoules. */
export function energyByStep({ evaluation: { workByStep } }: SpikingRecord): number[] {
  let sum = 0;
  return workByStep.map(({ accumulates, multiplyAccumulates }) => {
    sum += accumulates * AC + multiplyAccumulates * MAC;
    return sum;
  });
}

/** E0 of one sample of the ANN, in nanojoules. */
export const annEnergy = ({ multiplyAccumulates }: AnnRecord): number => total(multiplyAccumulates) * MAC;

/** The sum over all nodes. */
export const total = (byNode: Readonly<Record<string, number>>): number =>
  Object.values(byNode).reduce((sum, value) => sum + value, 0);
