import {
  type Batch,
  type Converter,
  type CutoffPolicy,
  chain,
  checkNetwork,
  definePlugin,
  direct,
  type Encoder,
  type Frame,
  identity,
  type Json,
  type Metric,
  type Network,
  type Neuron,
  type Node,
  noCutoff,
  type Pipeline,
  type Plugin,
  type PluginFactory,
  type PoissonOptions,
  plain,
  poisson,
  referenceEngine,
  type Verbs,
} from '@spikewright/snn-core';
import * as v from 'valibot';
import { expect, expectTypeOf, test } from 'vitest';

test('Converter is a type that an object literal satisfies', async () => {
  const literal = {
    role: 'converter',
    spec: 1,
    name: 'mine',
    options: { strength: 2 },
    convert: async (network) => network,
  } satisfies Converter;
  expectTypeOf(literal).toExtend<Converter>();
  expectTypeOf(chain(literal, identity())).toEqualTypeOf<Converter>();
  expect(chain(literal).name).toBe('chain');
});

test('Plugin options are JSON', () => {
  expectTypeOf<{ a: [1, 'x', null, { b: true }] }>().toExtend<Json>();
  expectTypeOf<{ a: () => void }>().not.toExtend<Json>();
  expectTypeOf<Date>().not.toExtend<Json>();
  expectTypeOf<Converter>().toExtend<Plugin<'converter'>>();
  expectTypeOf<Converter>().not.toExtend<Plugin<'encoder'>>();
});

test('a wrong role, verb or spec is no plugin', () => {
  // @ts-expect-error an encoder is no converter
  expect(() => chain(direct())).toThrow();
  // @ts-expect-error a converter is no cutoff
  const pipeline: Pipeline = { ...plain, cutoff: identity() };
  // @ts-expect-error the verb of a converter is convert
  const wrongVerb: Converter = { role: 'converter', spec: 1, name: 'x', options: {}, tune: async () => undefined };
  // @ts-expect-error there is no spec 2
  const wrongSpec: CutoffPolicy = { ...noCutoff(), spec: 2 };
  expect([pipeline.cutoff.role, wrongVerb.name, wrongSpec.spec]).toEqual(['converter', 'x', 2]);
});

test('Verbs leaves what a definition has to make', () => {
  expectTypeOf<keyof Verbs<Converter>>().toEqualTypeOf<'convert'>();
  expectTypeOf<keyof Verbs<CutoffPolicy>>().toEqualTypeOf<'dropout' | 'fit' | 'firstStop' | 'start'>();
  expectTypeOf<keyof Verbs<Encoder>>().toEqualTypeOf<'output' | 'start'>();
  expectTypeOf<keyof Verbs<Metric>>().toEqualTypeOf<'start'>();
});

test('definePlugin knows the options, and a factory takes them all optional', () => {
  const options = v.strictObject({ k: v.optional(v.number(), 1) });
  const factory: PluginFactory<Metric, { k?: number | undefined }> = definePlugin({
    role: 'metric',
    name: 'm',
    options,
    create: (complete) => {
      expectTypeOf(complete).toEqualTypeOf<{ k: number }>();
      return { start: () => ({ observe: () => undefined, report: () => complete.k }) };
    },
  });
  expectTypeOf(factory()).toEqualTypeOf<Metric>();
  expectTypeOf(poisson).parameter(0).toEqualTypeOf<PoissonOptions | undefined>();
  // @ts-expect-error the option is called rate
  expect(() => poisson({ rat: 1 })).toThrow();
  // @ts-expect-error an executor is step or count
  expect(() => referenceEngine({ executor: 'fast' })).toThrow();
  expect(factory({ k: 3 }).options).toEqual({ k: 3 });
});

test('Network is plain read-only data, told apart by op', () => {
  expectTypeOf<Extract<Node, { op: 'neuron' }>>().toEqualTypeOf<Neuron>();
  expectTypeOf<Network['nodes']>().toEqualTypeOf<readonly Node[]>();
  expectTypeOf<Neuron['levels']>().toEqualTypeOf<readonly [min: number, max: number]>();
  const network: Network = { format: 1, nodes: [{ op: 'input', name: 'x', inputs: [], shape: [1] }], meta: {} };
  // @ts-expect-error nodes are read only
  const push = (): unknown => network.nodes.push(network.nodes[0]);
  // @ts-expect-error a convolution has strides
  const bare: Node = { op: 'conv2d', name: 'c', inputs: ['x'], kernel: { shape: [1], data: new Float32Array(1) } };
  expect(() => checkNetwork({ ...network, nodes: [...network.nodes, bare] })).toThrow(TypeError);
  expect(push).toBeTypeOf('function');
});

test('Frame shows typed arrays, and Batch holds them', () => {
  expectTypeOf<Frame['scores']>().returns.toEqualTypeOf<Float64Array>();
  expectTypeOf<Frame['spikes']>().returns.toEqualTypeOf<Int32Array>();
  expectTypeOf<Batch['data']>().toEqualTypeOf<Float32Array>();
  expectTypeOf<Batch['labels']>().toEqualTypeOf<Int32Array | undefined>();
  expect(Object.keys(plain)).toHaveLength(8);
});
