import { hebbian, hebbianEngine } from '@spikewright/hebbian-tuner';
import { engineChecks, tunerChecks } from '@spikewright/testkit';
import { describe, test } from 'vitest';

const rules = ['timing', 'gain', 'rate', 'onset', 'potential', 'threshold'] as const;

describe.each(rules)('hebbian({ rule: %s })', (rule) => {
  const tuner = hebbian({ rule, steps: 3, reference: 8, gate: rule === 'rate' ? 'layer' : 'off' });
  for (const [name, check] of tunerChecks(tuner)) test(name, check);
});

describe.each(['timing', 'gain'] as const)('hebbianEngine({ rule: %s }) with rates of 0', (rule) => {
  for (const [name, check] of engineChecks(hebbianEngine({ rule, eta: 0, etaMinus: 0 }))) test(name, check);
});
