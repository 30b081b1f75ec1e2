import type { SpikingRecord } from './results.js';

/** Whether samples of a run were stopped before its last step. */
export const isCut = ({ evaluation: { stops, steps, samples } }: SpikingRecord): boolean =>
  stops[steps - 1] !== samples;
