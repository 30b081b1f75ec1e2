import { readFileSync } from 'node:fs';
import * as tuner from '@spikewright/hebbian-tuner';
import { expect, test } from 'vitest';

test('exports what the README names, and nothing else', () => {
  expect(Object.keys(tuner).sort()).toEqual(['HEBBIAN_LABEL', 'hebbian', 'hebbianEngine']);
});

test.each(['README.md', 'package.json'])('%s has the label', (file) => {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  expect(tuner.HEBBIAN_LABEL).toBe("derived from the abstract; the paper's rule is not public");
  expect(text.toLowerCase()).toContain(tuner.HEBBIAN_LABEL);
});
