import { confidence, entropy, fixedStep, riskControlled, spikeCP } from '@spikewright/cutoff-conformal';
import { cutoffChecks, pluginChecks } from '@spikewright/testkit';
import { describe, test } from 'vitest';
import { randomRecording } from './make-recording.js';

for (const factory of [confidence, entropy, fixedStep, riskControlled, spikeCP]) {
  describe(factory.pluginName, () => {
    for (const [rule, check] of pluginChecks(factory)) test(rule, check);
  });
}

const cutoffs = {
  'risk-controlled, nothing certified': riskControlled(),
  'risk-controlled': riskControlled({ epsilon: 0.1 }),
  'risk-controlled for 50 samples': riskControlled({ epsilon: 0.2, future: 50 }),
  'spike-cp': spikeCP({ alpha: 0.5 }),
  'spike-cp with few checkpoints': spikeCP({ alpha: 0.5, every: 4, size: 2 }),
  'fixed-step': fixedStep({ step: 3 }),
  'fixed-step, fitted': fixedStep(),
  confidence: confidence({ threshold: 0.6 }),
  'confidence, fitted': confidence({ tolerance: 0.05 }),
  entropy: entropy({ threshold: 0.9 }),
  'entropy, fitted': entropy(),
};

const recording = randomRecording(200, 1);
for (const [name, cutoff] of Object.entries(cutoffs)) {
  describe(name, () => {
    for (const [rule, check] of cutoffChecks(cutoff)) test(rule, check);
    for (const [rule, check] of cutoffChecks(cutoff, { recording })) test(`${rule}, of few classes`, check);
  });
}
