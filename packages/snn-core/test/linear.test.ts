import { type AvgPool2d, checkNetwork, elements, type Node } from '@spikewright/snn-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convolutions, pools, seeds } from './arbitraries.js';
import { batch, conv, dense, dyadic, infer, input, network, plain, scale, tensor } from './builders.js';
import { naiveConv, naivePool } from './naive.js';

test('dense multiplies rows of inputs and adds its bias', async () => {
  // (1, 2) · [[1, 2, 3], [10, 20, 30]] + (0.5, 0, -0.5)
  const layer = dense('layer', 'input', [[1, 2, 3], [10, 20, 30]], [0.5, 0, -0.5]); // biome-ignore format: a table
  expect([...(await infer(network(input(2), layer), batch([1, 2], [0, 0])))]).toEqual([21.5, 42, 62.5, 0.5, 0, -0.5]);
});

test('dense agrees with naive loops', async () => {
  const size = fc.integer({ min: 1, max: 8 });
  await fc.assert(
    fc.asyncProperty(size, size, seeds, fc.boolean(), async (inputs, outputs, seed, hasBias) => {
      const draw = dyadic(seed);
      const [kernel, bias, values] = [draw(inputs * outputs), draw(outputs), draw(inputs)];
      const expected = Array.from({ length: outputs }, (_, k) =>
        values.reduce((sum, value, i) => sum + value * kernel[i * outputs + k], hasBias ? bias[k] : 0),
      );
      const layer: Node = {
        op: 'dense',
        name: 'layer',
        inputs: ['input'],
        kernel: tensor([inputs, outputs], kernel),
        ...(hasBias && { bias: tensor([outputs], bias) }),
      };
      expect(await infer(network(input(inputs), layer), batch(values))).toBeAllClose(expected, { absolute: 0 });
    }),
  );
});

test('conv2d slides a kernel without turning it', async () => {
  // Image 1 2 3 / 4 5 6, kernel 1 10 / 100 1000: 1 + 20 + 400 + 5000, 2 + 30 + 500 + 6000.
  const layer = conv('layer', 'input', [2, 2, 1, 1], [1, 10, 100, 1000]);
  expect([...(await infer(network(input(2, 3, 1), layer), batch([1, 2, 3, 4, 5, 6])))]).toEqual([5421, 6532]);
});

test("conv2d of padding 'same' puts the odd zero at the end", async () => {
  // Width 4, taps 2, stride 1: one zero, after the 4. Then stride 2 and taps 3: one zero, after the 4 again.
  const one = conv('layer', 'input', [1, 2, 1, 1], [1, 10], { padding: 'same' });
  const two = conv('layer', 'input', [1, 3, 1, 1], [1, 10, 100], { padding: 'same', strides: [1, 2] });
  expect([...(await infer(network(input(1, 4, 1), one), batch([1, 2, 3, 4])))]).toEqual([21, 32, 43, 4]);
  expect([...(await infer(network(input(1, 4, 1), two), batch([1, 2, 3, 4])))]).toEqual([321, 43]);
});

test('conv2d with groups keeps channels of different groups apart', async () => {
  // Two groups of one input and two outputs each: outputs 0 and 1 read channel 0, outputs 2 and 3 channel 1.
  const layer = conv('layer', 'input', [1, 1, 1, 4], [1, 2, 3, 4], { groups: 2 });
  expect([...(await infer(network(input(1, 1, 2), layer), batch([10, 100])))]).toEqual([10, 20, 300, 400]);
});

test('conv2d agrees with seven nested loops, whatever its shape, strides, padding, dilation and groups', async () => {
  await fc.assert(
    fc.asyncProperty(convolutions, async ({ image, kernel, groups, seed, ...rest }) => {
      const draw = dyadic(seed);
      const channels = kernel[3];
      const [weights, bias, values] = [draw(elements(kernel)), draw(channels), draw(elements(image))];
      const { strides, dilation, padding } = rest;
      const layer = conv('layer', 'input', kernel, weights, {
        strides,
        dilation,
        padding,
        groups,
        bias: tensor([channels], bias),
      });
      const expected: number[] = [];
      const shape = naiveConv({ image, ...rest }, channels, groups, (output, from, weight) => {
        expected[output] = (expected[output] ?? bias[output % channels]) + values[from] * weights[weight];
      });
      const whole = network(input(...image), layer);
      expect(checkNetwork(whole).get('layer')).toEqual(shape);
      const filled = Array.from({ length: elements(shape) }, (_, i) => expected[i] ?? bias[i % channels]);
      expect(await infer(whole, batch(values))).toBeAllClose(filled, { relative: 0, absolute: 0 });
    }),
    { numRuns: 300 },
  );
});

test('avgPool2d divides by the real inputs of a window only', async () => {
  // Image 1 2 3, window 2 at every place: (1 + 2) / 2, (2 + 3) / 2, 3 / 1.
  const pool: AvgPool2d = {
    op: 'avgPool2d',
    name: 'pool',
    inputs: ['input'],
    size: [1, 2],
    strides: [1, 1],
    padding: 'same',
  };
  expect([...(await infer(network(input(1, 3, 1), pool), batch([1, 2, 3])))]).toEqual([1.5, 2.5, 3]);
});

test('avgPool2d is not slowed down by a window that is far larger than its image', async () => {
  const pool: AvgPool2d = {
    op: 'avgPool2d',
    name: 'pool',
    inputs: ['input'],
    size: [1e9, 1e9],
    strides: [2, 1],
    padding: 'same',
  };
  expect([...(await infer(network(input(2, 2, 1), pool), batch([1, 2, 3, 6])))]).toEqual([3, 3]);
});

test('avgPool2d agrees with naive loops', async () => {
  await fc.assert(
    fc.asyncProperty(pools, async ({ seed, ...window }) => {
      const values = dyadic(seed)(elements(window.image));
      const { size, strides, padding } = window;
      const pool: AvgPool2d = { op: 'avgPool2d', name: 'pool', inputs: ['input'], size, strides, padding };
      const whole = network(input(...window.image), pool);
      const { shape, under } = naivePool(window, values);
      expect(checkNetwork(whole).get('pool')).toEqual(shape);
      const means = under.map((list) => list.reduce((sum, value) => sum + value, 0) / list.length);
      expect(await infer(whole, batch(values))).toBeAllClose(means);
    }),
    { numRuns: 200 },
  );
});

test('globalAvgPool takes the mean of each channel', async () => {
  // Channel 0: 1, 3, 5, 7; channel 1: 0, 0, 0, 2.
  const pool = plain('globalAvgPool', 'pool', 'input');
  expect([...(await infer(network(input(2, 2, 2), pool), batch([1, 0, 3, 0, 5, 0, 7, 2])))]).toEqual([4, 0.5]);
});

test('flatten keeps the order height, width, channel', async () => {
  const flat = network(input(1, 2, 2), plain('flatten', 'flat', 'input'));
  expect([...(await infer(flat, batch([1, 2, 3, 4])))]).toEqual([1, 2, 3, 4]);
  expect(checkNetwork(flat).get('flat')).toEqual([4]);
});

test('scale multiplies each channel by a factor of its own, or all by one', async () => {
  const image = batch([1, 2, 3, 4]);
  const own = network(input(1, 2, 2), scale('scale', 'input', [10, 100], [1, 2]));
  const one = network(input(1, 2, 2), scale('scale', 'input', [10], [1]));
  expect([...(await infer(own, image))]).toEqual([11, 202, 31, 402]);
  expect([...(await infer(one, image))]).toEqual([11, 21, 31, 41]);
});

test('add sums all its inputs, one that comes twice twice', async () => {
  const sum = network(
    input(2),
    scale('tens', 'input', [10]),
    scale('hundreds', 'input', [100]),
    plain('add', 'sum', 'input', 'tens', 'hundreds', 'input'),
  );
  expect([...(await infer(sum, batch([1, 2])))]).toEqual([112, 224]);
});

test('concat joins channels pixel by pixel', async () => {
  // Two pixels; the first branch has two channels, the second one.
  const joined = network(
    input(1, 2, 2),
    conv('sum', 'input', [1, 1, 2, 1], [1, 1]),
    plain('concat', 'both', 'input', 'sum'),
  );
  expect([...(await infer(joined, batch([1, 2, 3, 4])))]).toEqual([1, 2, 3, 3, 4, 7]);
});
