import { readResults } from '@spikewright/report';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ann, everything, jsonl, run, runs } from './fixture.js';

const header = '{"kind":"results","format":1}\n';

/** A file whose second line is a changed copy of a record. */
const changed = (record: object, change: object): string => `${header}${JSON.stringify({ ...record, ...change })}\n`;

test('readResults() gives back what was written', () => {
  expect(readResults(jsonl(everything))).toEqual(everything);
  expect(readResults(header)).toEqual({ header: { kind: 'results', format: 1 }, records: [] });
});

test('readResults() leaves fields alone that it does not know', () => {
  const { records } = readResults(changed(ann, { source: { seed: 1 } }));
  expect(records).toEqual([{ ...ann, source: { seed: 1 } }]);
});

test.each([
  ['an empty file', '', 'the file must have a header line: it is empty'],
  [
    'a last line without its end',
    `${header}{"kind":"ann","na`,
    'line 2 must end with a line break (it was cut off): {"kind":"ann","na',
  ],
  ['a line cut off within', `${header}{"kind":"ann"\n{}\n`, 'line 2 must be JSON (is it cut off?): {"kind":"ann"'],
  [
    'no header',
    jsonl({ ...everything, header: ann as never }),
    'line 1 must be the header {"kind":"results","format":1}',
  ],
  ['a list for a header', '[]\n', 'line 1 must be the header'],
  ['null for a header', 'null\n', 'line 1 must be the header'],
  ['another version', '{"kind":"results","format":2}\n', 'format must be 1 (another version wrote them): 2'],
  ['a title that is no text', '{"kind":"results","format":1,"title":3}\n', 'title must be a text: 3'],
  [
    'an unknown kind',
    `${header}{"kind":"cnn"}\n`,
    'kind of line 2 must be one of ann, snn, refused, energy, layers, raster, traces: cnn',
  ],
  ['a kind of Object', `${header}{"kind":"toString"}\n`, 'kind of line 2 must be one of'],
  ['a line that is null', `${header}null\n`, 'kind of line 2 must be one of'],
  ['a missing field', changed(ann, { hash: undefined }), 'line 2, ann.hash must be a text: missing'],
  ['a share above 1', changed(ann, { accuracy: 1.5 }), 'line 2, ann.accuracy must be a number from 0 to 1: 1.5'],
  ['samples of 0', changed(ann, { samples: 0 }), 'line 2, ann.samples must be a number from 1'],
  ['half a sample', changed(ann, { samples: 1.5 }), 'line 2, ann.samples must be a whole number: 1.5'],
  [
    'a number as text',
    changed(ann, { multiplyAccumulates: { conv: '9' } }),
    'line 2, ann.multiplyAccumulates.conv must be a number from 0: "9"',
  ],
  [
    'a list for an object',
    changed(ann, { multiplyAccumulates: [] }),
    'line 2, ann.multiplyAccumulates must be an object: []',
  ],
  ['a text for a list', changed(runs[0], { notes: 'note' }), 'line 2, snn.notes must be a list: "note"'],
  ['a number for an object', changed(runs[0], { hashes: 1 }), 'line 2, snn.hashes must be an object: 1'],
  [
    'too few steps',
    changed(runs[0], { evaluation: { ...runs[0].evaluation, stops: [200] } }),
    'line 2, snn.evaluation.stops must have 8 entries, one a step: 1',
  ],
])('readResults() refuses %s', (_, text, message) => {
  expect(() => readResults(text)).toThrow(TypeError);
  expect(() => readResults(text)).toThrow(`Cannot read results: ${message}`);
});

test('readResults() refuses records that belong to nothing in the file', () => {
  expect(() => readResults(jsonl({ ...everything, records: [runs[0]] }))).toThrow(
    new ReferenceError(`Cannot read results: the ANN of 'norm, weak' must be in the file: ${'a'.repeat(40)}`),
  );
  const energy = everything.records.find(({ kind }) => kind === 'energy')!;
  expect(() => readResults(jsonl({ ...everything, records: [ann, run('another', []), energy] }))).toThrow(TypeError);
  expect(() => readResults(jsonl({ ...everything, records: [ann, energy] }))).toThrow(
    new ReferenceError("Cannot read results: energy must belong to a run in the file: 'norm, weak'"),
  );
  const raster = { ...everything.records.find(({ kind }) => kind === 'raster')!, spikes: [[1]] };
  expect(() => readResults(jsonl({ ...everything, records: [ann, runs[0], raster as never] }))).toThrow(
    'line 4, raster.spikes[0] must be a list of 2: [1]',
  );
  const beyond = {
    ...raster,
    steps: 2,
    neurons: 3,
    spikes: [
      [2, 2],
      [3, 0],
    ],
  };
  expect(() => readResults(jsonl({ ...everything, records: [ann, runs[0], beyond as never] }))).toThrow(
    'line 4, raster.spikes[1] must lie within 2 steps and 3 neurons: 3, 0',
  );
});

test('readResults() never gives half of a file that was cut off anywhere', () => {
  const text = jsonl(everything);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: text.length - 1 }), (end) => {
      const part = text.slice(0, end);
      if (part.endsWith('\n')) {
        // Whole lines are a run that was stopped: what is there is read.
        expect(readResults(part).records.length).toBe(part.split('\n').length - 2);
      } else {
        expect(() => readResults(part)).toThrow(TypeError);
      }
    }),
    { numRuns: 50 },
  );
});
