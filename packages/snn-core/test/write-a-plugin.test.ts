import { readFileSync } from 'node:fs';
import { converterChecks, pluginChecks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { batch, calibration, dense, input, network, plain } from './builders.js';
import { largest } from './largest.js';

const here = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the converter of docs/write-a-plugin.md is the one that is tested here', () => {
  expect(here('../../../docs/write-a-plugin.md')).toContain(`\`\`\`ts\n${here('./largest.ts')}\`\`\`\n`);
});

test('largest makes a share of the largest activation λ', async () => {
  const ann = network(input(1), dense('one', 'input', [[4]]), plain('relu', 'a', 'one'), dense('out', 'a', [[1, -1]]));
  const { meta } = await largest({ share: 0.5 }).convert(ann, calibration([batch([0.25], [1])]));
  // The largest is 4 · 1.
  expect(meta).toEqual({ lambda: { a: [2] } });
});

describe('largest as a converter', () => {
  for (const [rule, check] of [...pluginChecks(largest), ...converterChecks(largest())]) test(rule, check);
});
