import { confidence, entropy, fixedStep, riskControlled, spikeCP, stopSteps } from '@spikewright/cutoff-conformal';
import { type CutoffPolicy, definePlugin, type Json, OptionsError, type Recording } from '@spikewright/snn-core';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { randomRecording } from './make-recording.js';

const recording = randomRecording(300, 1);
const makers: Record<string, (less?: boolean) => CutoffPolicy> = {
  riskControlled: (less) => riskControlled({ epsilon: less ? 0.05 : 0.1 }),
  spikeCP: (less) => spikeCP({ alpha: less ? 0.3 : 0.4 }),
  fixedStep: (less) => fixedStep({ tolerance: less ? 0.05 : 0.1 }),
  confidence: (less) => confidence({ tolerance: less ? 0.05 : 0.1 }),
  entropy: (less) => entropy({ tolerance: less ? 0.05 : 0.1 }),
};

describe.each(Object.entries(makers))('%s', (name, make) => {
  const cutoff = make();
  const fit = cutoff.fit!(recording) as { [key: string]: Json };

  test('refuses recordings that nothing can be learnt from', () => {
    const given = (changes: Partial<Recording>) => () => cutoff.fit!({ ...recording, ...changes });
    const none = { labels: new Int32Array(), scores: new Float64Array() };
    const action = `Cannot fit ${name}: `;
    expect(given(none)).toThrow(new RangeError(`${action}the recording must hold at least 1 sample: 0`));
    expect(given({ labels: new Int32Array(300).fill(1) })).toThrow(
      new RangeError(`${action}labels must be of at least 2 classes: all are: 1`),
    );
    expect(given({ labels: recording.labels.map((label) => label + 1) })).toThrow(
      new RangeError(`${action}labels must be from 0 to 2: 3`),
    );
    expect(given({ classes: 1 })).toThrow(new RangeError(`${action}the scores must be of at least 2 classes: 1`));
    expect(given({ steps: 0 })).toThrow(new RangeError(`${action}the recording must have at least 1 step: 0`));
    expect(given({ steps: 5 })).toThrow(
      new TypeError(`${action}scores must be [samples, steps, classes] = [300, 5, 3], 4500 numbers: 3600`),
    );
    // 4 steps of 3 classes are 12 scores a sample: 24 is the first of sample 2, 23 the last of sample 1.
    expect(given({ scores: recording.scores.with(24, Number.NaN) })).toThrow(
      new RangeError(`${action}scores must be finite: sample 2: NaN`),
    );
    expect(given({ scores: recording.scores.with(23, -Infinity) })).toThrow(
      new RangeError(`${action}scores must be finite: sample 1: -Infinity`),
    );
    expect(given({ scores: recording.scores.map(() => Number.NaN) })).toThrow(
      new RangeError(`${action}scores must be finite: sample 0: NaN`),
    );
  });

  test('refuses a fit of another source, of other options, and what is no fit', () => {
    const start =
      (fitted: Json, changes = {}) =>
      () =>
        cutoff.start(fitted, { ...recording, ...changes });
    const action = `Cannot start ${name}: `;
    expect(start(fit)).not.toThrow();
    expect(start(JSON.parse(JSON.stringify(fit)))).not.toThrow();
    expect(start(fit, { network: 'another' })).toThrow(
      new TypeError(`${action}the fit must be of this run's network, another: a network`),
    );
    expect(start(fit, { encoder: 'another' })).toThrow(
      new TypeError(`${action}the fit must be of this run's encoder, another: {}`),
    );
    expect(start(fit, { steps: 3 })).toThrow(new TypeError(`${action}the fit must be of this run's steps, 3: 4`));
    expect(start(null)).toThrow(new TypeError(`${action}it must have been fitted to a recording first: no fit given`));
    const odd: Json[] = [1, 'fit', [], {}, { ...fit, format: 2 }, { ...fit, more: 1 }, { ...fit, samples: '9' }];
    for (const fitted of odd) expect(start(fitted)).toThrow(`${action}the fit must be one that ${name}().fit returned`);
    expect(start(odd[0])).toThrow(TypeError);
    expect(start(make(true).fit!(recording))).toThrow(
      /the fit must be of (epsilon|alpha|tolerance) 0\.[14]: 0\.(05|3)/,
    );
  });

  test('never stops a sample whose scores are not finite', () => {
    for (const odd of [Number.NaN, Infinity, -Infinity]) {
      const scores = recording.scores.slice();
      // The first step of sample 0, all steps of sample 1.
      scores[0] = odd;
      for (let step = 0; step < 4; step++) scores[12 + 3 * step] = odd;
      const stops = stopSteps(cutoff, fit, { ...recording, scores });
      expect(stops[0]).toBeGreaterThan(1);
      expect(stops[1]).toBe(4);
    }
  });
});

test('options that are unknown or out of range are refused', () => {
  const odd = [
    () => riskControlled({ epsilon: 0 }),
    () => riskControlled({ epsilon: 1 }),
    () => riskControlled({ delta: 0 }),
    () => riskControlled({ future: 0 }),
    () => riskControlled({ future: 1.5 }),
    () => spikeCP({ alpha: 1 }),
    () => spikeCP({ size: 0 }),
    () => spikeCP({ every: 0.5 }),
    () => fixedStep({ step: 0 }),
    () => fixedStep({ tolerance: 1 }),
    () => confidence({ threshold: 1.1 }),
    () => entropy({ threshold: -0.1 }),
    () => entropy({ treshold: 0.1 } as object),
  ];
  for (const make of odd) expect(make).toThrow(OptionsError);
});

test('stopSteps() names what a recording does not hold', () => {
  const look = (verb: 'spikes' | 'operations') =>
    definePlugin<CutoffPolicy, object, object>({
      role: 'cutoff',
      name: 'spiking',
      options: v.strictObject({}),
      create: () => ({ start: () => (frame) => void frame[verb]('relu1', 0) }),
    })();
  for (const verb of ['spikes', 'operations'] as const)
    expect(() => stopSteps(look(verb), null, recording)).toThrow(
      new ReferenceError("Cannot find stop steps: a recording holds scores only: 'relu1' was asked for"),
    );
});
