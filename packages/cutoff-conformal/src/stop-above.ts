import type { Frame } from '@spikewright/snn-core';
import type { Statistic } from './statistics.js';

/** Stops samples whose statistic is above a threshold; none where there is no threshold. */
export function stopAbove(statistic: Statistic, threshold: number | null): (frame: Frame) => void {
  if (threshold === null) return () => undefined;
  return (frame) => {
    for (let row = 0; row < frame.rows; row++)
      if (statistic(frame.scores(row), frame.stepOf(row)) > threshold) frame.stop(row);
  };
}
