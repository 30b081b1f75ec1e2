import { argmax, type CutoffPolicy, definePlugin, type PluginFactory } from '@spikewright/snn-core';
import * as v from 'valibot';

/** Stops a sample once its answer has been the same for `patience` steps in a row (default 4). */
export const stableAnswer: PluginFactory<CutoffPolicy, { readonly patience?: number }> = definePlugin({
  role: 'cutoff',
  name: 'stable-answer',
  options: v.strictObject({ patience: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 4) }),
  create: ({ patience }) => ({
    start: () => {
      const streaks = new Map<number, { answer: number; length: number }>();
      return (frame) => {
        for (let row = 0; row < frame.rows; row++) {
          const answer = argmax(frame.scores(row));
          const before = frame.stepOf(row) === 1 ? undefined : streaks.get(frame.sampleOf(row));
          const length = before?.answer === answer ? before.length + 1 : 1;
          streaks.set(frame.sampleOf(row), { answer, length });
          if (length >= patience) frame.stop(row);
        }
      };
    },
  }),
});
