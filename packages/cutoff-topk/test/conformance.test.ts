import { topK } from '@spikewright/cutoff-topk';
import { cutoffChecks } from '@spikewright/testkit';
import { describe, test } from 'vitest';

for (const options of [{}, { epsilon: 0 }, { epsilon: 0.2, dropout: 0 }]) {
  describe(`topK(${JSON.stringify(options)}) keeps the rules of a cutoff`, () => {
    for (const [rule, check] of cutoffChecks(topK(options))) test(rule, check);
  });
}
