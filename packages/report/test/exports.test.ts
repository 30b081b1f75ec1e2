import * as report from '@spikewright/report';
import { expect, test } from 'vitest';

test('report exports its readers and writers, and nothing else', () => {
  expect(Object.keys(report).sort()).toEqual([
    'figures',
    'readResults',
    'recordNeurons',
    'report',
    'tables',
    'toCsv',
    'toLatex',
    'toMarkdown',
    'trainingCurves',
  ]);
});
