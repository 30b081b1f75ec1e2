import {
  chain,
  definePlugin,
  describePipeline,
  direct,
  identity,
  type Metric,
  noCutoff,
  noTuner,
  type Pipeline,
  type PluginFactory,
  plain,
  poisson,
  referenceEngine,
  restorePipeline,
} from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { caught, dense, input, network, nothing, stopAfter, vector } from './builders.js';

const one = vector(1);
const ann = network(input(1), dense('layer', 'input', [[1]]), {
  op: 'batchNorm',
  name: 'norm',
  inputs: ['layer'],
  gamma: one,
  beta: one,
  mean: one,
  variance: one,
  epsilon: 0,
});
const known = {
  plugins: [foldBatchNorm, identity, direct, poisson, noTuner, noCutoff],
  engines: [referenceEngine(), referenceEngine({ executor: 'count' })],
};
const whole: Pipeline = {
  ...plain,
  seed: 9,
  steps: 12,
  converter: chain(foldBatchNorm(), chain(identity(), foldBatchNorm())),
  encoder: poisson({ rate: 0.5 }),
};

test('describePipeline writes everything out', async () => {
  const { id, ...content } = await describePipeline(plain);
  expect(content).toEqual({
    spec: 1,
    seed: 0,
    steps: 32,
    converter: { name: 'identity', spec: 1, options: {} },
    encoder: { name: 'direct', spec: 1, options: {} },
    tuner: { name: 'none', spec: 1, options: {} },
    cutoff: { name: 'none', spec: 1, options: {} },
    metrics: [],
    engine: 'reference',
  });
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect((await describePipeline(whole)).encoder.options).toEqual({ rate: 0.5 });
});

test('restorePipeline makes the pipeline that a manifest describes, through JSON', async () => {
  const manifest = await describePipeline(whole);
  const restored = await restorePipeline(JSON.parse(JSON.stringify(manifest)), known);
  expect(await describePipeline(restored)).toEqual(manifest);
  expect(restored.engine).toBe(known.engines[0]);
  // Its chains convert.
  const folded = await restored.converter.convert(ann, nothing);
  expect(folded).toEqual(await whole.converter.convert(ann, nothing));
  expect(folded.nodes.map(({ op }) => op)).toEqual(['input', 'dense']);
});

test('the id changes when anything changes', async () => {
  const metric: Metric = {
    role: 'metric',
    spec: 1,
    name: 'm',
    options: { k: 1 },
    start: () => ({ observe: () => undefined, report: () => null }),
  };
  const changed: Pipeline[] = [
    whole,
    { ...whole, seed: 10 },
    { ...whole, steps: 13 },
    { ...whole, encoder: poisson({ rate: 0.25 }) },
    { ...whole, encoder: direct() },
    { ...whole, converter: chain(foldBatchNorm(), identity(), foldBatchNorm()) },
    { ...whole, cutoff: stopAfter(3) },
    { ...whole, cutoff: stopAfter(4) },
    { ...whole, metrics: [metric] },
    { ...whole, metrics: [{ ...metric, options: { k: 2 } }] },
    { ...whole, engine: referenceEngine({ executor: 'count' }) },
  ];
  const ids = await Promise.all(changed.map(async (one) => (await describePipeline(one)).id));
  expect(new Set(ids).size).toBe(changed.length);
  expect((await describePipeline({ ...whole })).id).toBe(ids[0]);
});

test('restorePipeline restores metrics', async () => {
  const factory: PluginFactory<Metric, { readonly k?: number | undefined }> = definePlugin({
    role: 'metric',
    name: 'm',
    options: v.strictObject({ k: v.optional(v.number(), 3) }),
    create: ({ k }) => ({ start: () => ({ observe: () => undefined, report: () => k }) }),
  });
  const manifest = await describePipeline({ ...whole, metrics: [factory({ k: 5 }), factory()] });
  const { metrics } = await restorePipeline(manifest, { ...known, plugins: [...known.plugins, factory] });
  expect(metrics.map((metric) => metric.start(ann).report())).toEqual([5, 3]);
});

test('restorePipeline refuses a manifest that was tampered with', async () => {
  const manifest = await describePipeline(whole);
  const error = await caught(() => restorePipeline({ ...manifest, seed: 10 }, known));
  expect(error).toBeInstanceOf(TypeError);
  expect(error.message).toMatch(/^Cannot restore pipeline: its id must be the hash of its content [0-9a-f]{64}: /);
  const deep = { ...manifest, encoder: { ...manifest.encoder, options: { rate: 1 } } };
  expect(await caught(() => restorePipeline(deep, known))).toBeInstanceOf(TypeError);
});

test('restorePipeline refuses a manifest of another spec, and what is none', async () => {
  const manifest = await describePipeline(whole);
  const start = "Cannot restore pipeline: the manifest's spec must be 1: ";
  expect(await caught(() => restorePipeline({ ...manifest, spec: 2 } as never, known))).toEqual(
    new TypeError(`${start}2`),
  );
  expect(await caught(() => restorePipeline(null as never, known))).toEqual(new TypeError(`${start}undefined`));
});

test('restorePipeline refuses engines and plugins that it was not given', async () => {
  const manifest = await describePipeline(whole);
  const table: [Parameters<typeof restorePipeline>[1], string][] = [
    [{ ...known, engines: [] }, "Cannot restore pipeline: the engine must be among those given: 'reference'"],
    [{ ...known, plugins: known.plugins.filter((one) => one !== poisson) }, "Cannot restore pipeline: the encoder must be among the plugins given: 'poisson'"],
    [{ ...known, plugins: known.plugins.filter((one) => one !== foldBatchNorm) }, "Cannot restore pipeline: the converter must be among the plugins given: 'fold-batch-norm'"],
    // The right name in another role is no match: 'none' is a cutoff and a tuner.
    [{ ...known, plugins: known.plugins.filter((one) => one !== noTuner) }, "Cannot restore pipeline: the tuner must be among the plugins given: 'none'"],
  ]; // biome-ignore format: a table
  for (const [lists, message] of table) {
    expect(await caught(() => restorePipeline(manifest, lists))).toEqual(new ReferenceError(message));
  }
});

test('restorePipeline refuses options that the plugin refuses', async () => {
  const odd = { ...poisson(), options: { rate: 7 } };
  const manifest = await describePipeline({ ...whole, encoder: odd });
  expect((await caught(() => restorePipeline(manifest, known))).name).toBe('OptionsError');
});
