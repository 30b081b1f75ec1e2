import {
  type Converter,
  chain,
  checkNetwork,
  describePipeline,
  direct,
  type MaxPool2d,
  type Network,
  noCutoff,
  noTuner,
  plain as plainPipeline,
  restorePipeline,
} from '@spikewright/snn-core';
import { averageMaxPooling, foldBatchNorm, requireConvertible } from '@spikewright/snn-core/convert';
import { converterChecks, pluginChecks, tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { batch, infer, input, network, nothing, plain } from './builders.js';

const convert = (ann: Network, converter: Converter = averageMaxPooling()): Promise<Network> =>
  converter.convert(ann, nothing);

const pool = (name: string, from: string, changes: Partial<MaxPool2d> = {}): MaxPool2d => ({
  op: 'maxPool2d',
  name,
  inputs: [from],
  size: [1, 2],
  strides: [1, 2],
  padding: 'valid',
  ...changes,
});
const note = (name: string): string =>
  `max pooling '${name}' became average pooling, which the ANN was not trained with`;

describe('averageMaxPooling', () => {
  test('gives every max pooling node its mean, the window as it was, and nothing else', async () => {
    const same = pool('two', 'relu', { size: [1, 3], strides: [1, 1], padding: 'same' });
    const ann = network(input(1, 4, 1), pool('one', 'input'), plain('relu', 'relu', 'one'), same);
    const { nodes } = await convert(ann);
    expect(nodes).toEqual([
      ann.nodes[0],
      { ...pool('one', 'input'), op: 'avgPool2d' },
      ann.nodes[2],
      { ...same, op: 'avgPool2d' },
    ]);
    expect([nodes[0], nodes[2]].every((node) => ann.nodes.includes(node))).toBe(true);
    expect(ann.nodes[1].op).toBe('maxPool2d');
  });

  test('changes outputs from the largest value of a window to the mean of what lies inside the image', async () => {
    const ann = network(input(1, 4, 1), pool('pool', 'input', { size: [1, 3], strides: [1, 2], padding: 'same' }));
    const image = batch([1, 2, 6, 5]);
    // Padding 'same', 3 by 2 on 4: one place of padding, at the end. Windows 1, 2, 6 and 6, 5: means 3 and 5.5.
    expect([...(await infer(ann, image))]).toEqual([6, 6]);
    expect([...(await infer(await convert(ann), image))]).toEqual([3, 5.5]);
  });

  test('notes each node that it changed, after the notes of others', async () => {
    const ann = network(input(1, 4, 1), pool('one', 'input'), pool('two', 'one'));
    const { meta } = await convert({ ...ann, meta: { name: 'mine', notes: ['trained'] } });
    expect(meta).toEqual({ name: 'mine', notes: ['trained', note('one'), note('two')] });
  });

  test('leaves a network without max pooling as it is', async () => {
    const { maxPool: _, ...others } = tinyNetworks();
    for (const ann of Object.values(others)) expect(await convert(ann)).toEqual(ann);
  });

  test('done twice is the same as done once', async () => {
    const { maxPool } = tinyNetworks();
    expect(await convert(maxPool, chain(averageMaxPooling(), averageMaxPooling()))).toEqual(await convert(maxPool));
  });

  test('makes a network convertible that max pooling kept from it', async () => {
    const { maxPool } = tinyNetworks();
    expect(() => requireConvertible(maxPool)).toThrow(
      new TypeError(
        "Cannot convert node 'pool': max pooling has no exact spiking form: train with average pooling, or use averageMaxPooling() first",
      ),
    );
    const averaged = await convert(maxPool);
    expect(() => requireConvertible(averaged)).not.toThrow();
    expect(checkNetwork(averaged).get('pool')).toEqual(checkNetwork(maxPool).get('pool'));
  });
});

test('a chain that begins with averageMaxPooling is written down and made again', async () => {
  const pipeline = { ...plainPipeline, converter: chain(averageMaxPooling(), foldBatchNorm()) };
  const manifest = await describePipeline(pipeline);
  expect(manifest.converter.options).toMatchObject({
    converters: [{ name: 'average-max-pooling', options: {} }, { name: 'fold-batch-norm' }],
  });
  const plugins = [averageMaxPooling, foldBatchNorm, direct, noTuner, noCutoff];
  const { converter } = await restorePipeline(manifest, { plugins, engines: [pipeline.engine] });
  const { maxPool } = tinyNetworks();
  expect(await convert(maxPool, converter)).toEqual(await convert(maxPool, pipeline.converter));
});

describe('averageMaxPooling as a converter', () => {
  for (const [rule, check] of [...pluginChecks(averageMaxPooling), ...converterChecks(averageMaxPooling())]) {
    test(rule, check);
  }
});
