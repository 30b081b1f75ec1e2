import { norm } from '@spikewright/converters-norm';
import { converterChecks, pluginChecks } from '@spikewright/testkit';
import { describe, test } from 'vitest';

describe('norm as a plugin', () => {
  for (const [rule, check] of pluginChecks(norm)) test(rule, check);
});

const diehl = norm({ rule: 'diehl', scope: 'layer', initial: 0, reset: 'zero' });
for (const [name, converter] of Object.entries({ strong: norm(), diehl })) {
  describe(`norm, ${name}`, () => {
    for (const [rule, check] of converterChecks(converter)) test(rule, check);
  });
}
