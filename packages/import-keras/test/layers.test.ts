import { type Imported, UnsupportedLayersError } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { batchOf, evaluated } from './fixtures.js';
import { chain, graph, input, layer, read, type Weights } from './models.js';

const outputs = async ({ network }: Imported, ...sample: number[]): Promise<number[]> =>
  (await evaluated(network, batchOf([sample])))[0];

const fates = ({ layers }: Imported): string[] => layers.map(({ name, fate }) => `${name}: ${fate}`);

test('activations are the functions of Keras', async () => {
  const table: [object, number[]][] = [
    [layer('Activation', 'a', { activation: 'relu' }), [0, 1, 8]],
    [layer('Activation', 'a', { activation: 'relu6' }), [0, 1, 6]],
    [layer('Activation', 'a', { activation: 'leaky_relu' }), [-0.4, 1, 8]], // 0.2 · -2
    [layer('Activation', 'a', { activation: 'linear' }), [-2, 1, 8]],
    [layer('Activation', 'a', { activation: { class_name: 'function', config: 'relu' } }), [0, 1, 8]],
    [layer('Activation', 'a', { activation: { class_name: 'ReLU', config: { max_value: 3 } } }), [0, 1, 3]],
    [layer('ReLU', 'a', { max_value: null, negative_slope: 0, threshold: 0 }), [0, 1, 8]],
    [layer('ReLU', 'a', { max_value: 2, negative_slope: 0.5 }), [-1, 1, 2]], // 0.5 · -2
    [layer('LeakyReLU', 'a', { alpha: 0.25 }), [-0.5, 1, 8]],
    [layer('LeakyReLU', 'a', { alpha: { type: 'ndarray', value: 0.25 } }), [-0.5, 1, 8]],
    [layer('LeakyReLU', 'a'), [-0.6, 1, 8]], // 0.3 · -2
    [layer('Rescaling', 'a', { scale: [1, 2, 3], offset: 1 }), [-1, 3, 25]],
    [layer('Normalization', 'a', { axis: -1, mean: [[1, 2, 3]], variance: [[4, 4, 25]] }), [-1.5, -0.5, 1]],
    [layer('Normalization', 'a', { axis: null, mean: 1, variance: 4, invert: true }), [-3, 3, 17]], // 2 x + 1
    [layer('GaussianNoise', 'a', { stddev: 3 }), [-2, 1, 8]],
    [layer('Flatten', 'a'), [-2, 1, 8]],
    [layer('Reshape', 'a', { target_shape: [-1] }), [-2, 1, 8]],
  ];
  for (const [one, expected] of table) {
    expect(await outputs(await read(chain(input(3), one)), -2, 1, 8), JSON.stringify(one)).toBeAllClose(expected);
  }
  // 1 / (1 + 1 + 2)
  const softmax = await read(chain(input(3), layer('Softmax', 'a', { axis: 1 })));
  expect(await outputs(softmax, 0, 0, Math.log(2))).toBeAllClose([0.25, 0.25, 0.5]);
});

test('an inline activation becomes a node of its own', async () => {
  const weights: Weights = {
    'd/kernel': [
      [1, 2],
      [2, -2],
    ],
    'd/bias': [[2], [1, 1]],
  };
  const imported = await read(chain(input(1), layer('Dense', 'd', { units: 2, activation: 'relu' })), weights);
  expect(imported.network.nodes.map(({ name }) => name)).toEqual(['input', 'd', 'd/relu']);
  expect(imported.layers[1]).toEqual({
    name: 'd',
    kind: 'Dense',
    fate: 'kept',
    why: 'It is the node dense. Its activation follows.',
    nodes: ['d', 'd/relu'],
  });
  expect(await outputs(imported, 3)).toEqual([7, 0]); // 2 · 3 + 1, max(0, -2 · 3 + 1)
});

test('a Reshape of the input becomes the shape of the input', async () => {
  const reshape = layer('Reshape', 'r', { target_shape: [2, -1, 1] });
  const pool = layer('MaxPooling2D', 'p', { pool_size: [2, 2], padding: 'valid', strides: null });
  const imported = await read(chain(input(2, 2), reshape, pool, layer('Flatten', 'f')));
  expect(imported.network.nodes[0]).toMatchObject({ op: 'input', shape: [2, 2, 1] });
  expect(await outputs(imported, 1, 5, 3, 2)).toEqual([5]);
  expect(fates(imported)).toEqual(['input: kept', 'r: dropped', 'p: kept', 'f: kept']);
});

test('a ZeroPadding is folded into convolutions, and is a node before other layers', async () => {
  const kernel: Weights = {
    'c/kernel': [
      [2, 1, 1, 1],
      [1, 10],
    ],
  };
  const conv = layer('Conv2D', 'c', { filters: 1, kernel_size: [2, 1], use_bias: false }, ['z']);
  const zeros = layer(
    'ZeroPadding2D',
    'z',
    {
      padding: [
        [1, 0],
        [0, 0],
      ],
    },
    ['input'],
  );
  const folded = await read(graph(['c'], input(2, 1, 1), zeros, conv), kernel);
  expect(fates(folded)).toEqual(['input: kept', 'z: folded', 'c: kept']);
  expect(await outputs(folded, 3, 4)).toEqual([30, 43]); // 0 + 10 · 3, 3 + 10 · 4
  // A mean counts these zeros, unlike padding.
  const pool = layer('AveragePooling2D', 'p', { pool_size: [3, 1] }, ['z']);
  const node = await read(graph(['p'], input(2, 1, 1), zeros, pool));
  expect(fates(node)).toEqual(['input: kept', 'z: replaced', 'p: kept']);
  expect(await outputs(node, 3, 6)).toEqual([3]); // (0 + 3 + 6) / 3
});

test('an average over the image, kept as an image of one pixel, is read by a convolution of 1 x 1', async () => {
  const weights: Weights = {
    'c/kernel': [
      [1, 1, 2, 1],
      [1, 2],
    ],
    'c/bias': [[1], [5]],
  };
  const layers = [
    input(2, 1, 2),
    layer('GlobalAveragePooling2D', 'g'),
    layer('Reshape', 'r', { target_shape: [1, 1, 2] }),
    layer('Conv2D', 'c', { filters: 1, kernel_size: 1, activation: 'relu' }),
    layer('Reshape', 's', { target_shape: [1] }),
  ];
  expect(await outputs(await read(chain(...layers), weights), 1, 2, 3, 4)).toEqual([13]); // 2 + 2 · 3 + 5
});

test('every unsupported layer is named with its reason, and the supported ones are listed', async () => {
  const layers = [
    input(4, 4, 2),
    layer('UpSampling2D', 'up'),
    layer('Conv2D', 'conv', { filters: 1, kernel_size: 1, activation: 'sigmoid' }),
    layer('BatchNormalization', 'norm'),
  ];
  const error = await read(chain(...layers)).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(UnsupportedLayersError);
  expect(error.message).toContain(
    "layer 'up' (UpSampling2D): this kind of layer has no exact form here: known are Activation,",
  );
  expect(error.message).toContain("layer 'conv' (Conv2D): its activation 'sigmoid' has no spiking form");
  expect(fates(error)).toEqual(['input: kept', 'up: unsupported', 'conv: unsupported', 'norm: kept']);
});

const IMAGE = input(4, 4, 2);
const FIRST = { data_format: 'channels_first' };
const CONV = layer('Conv2D', 'c', { filters: 2, kernel_size: 1, use_bias: false, ...FIRST });
const KERNEL: Weights = {
  'c/kernel': [
    [1, 1, 2, 2],
    [1, 2, 3, 4],
  ],
};

test('layers with settings that no node can stand for are refused', async () => {
  const table: [object[], string, Weights?][] = [
    [[layer('ReLU', 'a', { threshold: 1 })], 'its threshold is not 0'],
    [[layer('ReLU', 'a', { max_value: 0 })], 'its max_value is not above 0'],
    [[layer('Softmax', 'a', { axis: 1 })], 'softmax must run over the last axis'],
    [[layer('BatchNormalization', 'a', { axis: [1] })], 'it must normalise the channels'],
    [[layer('Normalization', 'a', { axis: 1 })], 'it must normalise the channels'],
    [[layer('Reshape', 'a', { target_shape: [2, 8, 2] }), layer('ReLU', 'b')].reverse(), 'it is no flatten'],
    [[layer('GlobalAveragePooling2D', 'g'), layer('MaxPooling2D', 'a')], 'it must pool an image'],
    [[CONV, layer('Dense', 'a', { units: 1 })], 'it multiplies the last axis', KERNEL],
    [[CONV, layer('Activation', 'a', { activation: 'softmax' })], 'softmax must run over the channels', KERNEL],
    [[CONV, layer('Flatten', 'a')], 'the output would be in the order channel, height, width', KERNEL],
    [[CONV, layer('Rescaling', 'a', { scale: [1, 2] })], 'it must scale all values', KERNEL],
    [
      [layer('GlobalAveragePooling2D', 'g', { keepdims: true }), layer('Conv2D', 'a', { filters: 1, kernel_size: 2 })],
      'on an image of one pixel',
      {
        'a/kernel': [
          [2, 2, 2, 1],
          [1, 1, 1, 1, 1, 1, 1, 1],
        ],
        'a/bias': [[1], [0]],
      },
    ],
    [[layer('Flatten', 'a', FIRST)], 'its data_format differs from that of the images'],
    [
      [{ ...layer('ReLU', 'a'), registered_name: 'mine>ReLU' }],
      "layer 'a' (mine>ReLU): this kind of layer has no exact form here",
    ],
    [
      [layer('ReLU', 'a', { dtype: { class_name: 'QuantizedDTypePolicy', config: { mode: 'int8' } } })],
      'its weights are quantised: save the model before quantize()',
    ],
    [[layer('ReLU', 'a', { dtype: 'int8_from_float32' })], 'its weights are quantised'],
    [[layer('ZeroPadding2D', 'a', { padding: 1 })], 'it must have at most 65536 channels'],
  ];
  for (const [layers, reason, weights] of table) {
    const first = layers.includes(CONV) ? input(2, 4, 4) : reason.includes('65536') ? input(1, 1, 70_000) : IMAGE;
    const error = await read(chain(first, ...layers), weights).catch((thrown) => thrown);
    expect(error?.name, reason).toBe('UnsupportedLayersError');
    expect(error.message).toContain(reason);
  }
});

test('joins of layers that do not fit are refused', async () => {
  const pool = layer('MaxPooling2D', 'p', { pool_size: 2 }, ['input']);
  const flat = layer('Flatten', 'f', {}, ['input']);
  const table: [object[], string][] = [
    [[pool, layer('Add', 'a', {}, ['input', 'p'])], 'it must add layers of one shape, not [4,4,2] and [2,2,2]'],
    [[layer('Add', 'a', {}, ['input'])], 'it must add two layers or more'],
    [
      [
        {
          ...layer('Add', 'a'),
          inbound_nodes: [
            { args: [{ class_name: '__keras_tensor__', config: { keras_history: ['input', 0, 0] } }, 3] },
          ],
        },
      ],
      'and no numbers',
    ],
    [
      [pool, layer('Concatenate', 'a', { axis: 1 }, ['input', 'p'])],
      'it must join along the channels, not along axis 1',
    ],
    [[pool, layer('Concatenate', 'a', { axis: 3 }, ['input', 'p'])], 'it must join images of one size'],
    [[layer('Concatenate', 'a', {}, ['input'])], 'it must join two layers or more'],
    [
      [{ ...flat, inbound_nodes: [[['input', 0, 0, {}]], [['input', 0, 0, {}]]] }, layer('ReLU', 'a', {}, ['f'])],
      'it is called more than once',
    ],
  ];
  for (const [layers, reason] of table) {
    const error = await read(graph(['a'], IMAGE, ...layers)).catch((thrown) => thrown);
    expect(error?.name, reason).toBe('UnsupportedLayersError');
    expect(error.message).toContain(reason);
  }
});

test('vectors that were flattened with channels first are joined only where their order agrees', async () => {
  const make = (end: object): Promise<Imported> =>
    read(
      graph(
        ['end'],
        input(2, 4, 4),
        layer('Conv2D', 'c', { filters: 2, kernel_size: 1, use_bias: false, ...FIRST }, ['input']),
        layer('Flatten', 'f', {}, ['c']),
        layer('Flatten', 'g', FIRST, ['c']),
        end,
      ),
      KERNEL,
    );
  await expect(make(layer('Add', 'end', {}, ['f', 'g']))).rejects.toThrow('flattened in different orders');
  await expect(make(layer('Concatenate', 'end', {}, ['f', 'g']))).rejects.toThrow(
    'flattened from images with channels first',
  );
  await expect(make(layer('Rescaling', 'end', { scale: Array(32).fill(1) }, ['f']))).rejects.toThrow(
    'it must scale all',
  );
});

test('layers with faulty settings or weights give errors that name them', async () => {
  const conv = (config: object): object =>
    layer('Conv2D', 'a', { filters: 1, kernel_size: 1, use_bias: false, ...config });
  const kernel: Weights = {
    'a/kernel': [
      [1, 1, 2, 1],
      [1, 1],
    ],
  };
  const table: [object, string, Weights?][] = [
    [conv({}), "Cannot import layer 'a': its kernel must be in the file: none"],
    [conv({}), "Cannot import layer 'a': kernel must be [1,1,2,1]: [2]", { 'a/kernel': [[2], [1, 1]] }],
    [conv({ filters: 0 }), "Cannot import layer 'a': filters must be whole and at least 1: 0"],
    [
      conv({ kernel_size: [1, 1, 1] }),
      "Cannot import layer 'a': kernel_size must have a number for each axis: [1,1,1]",
    ],
    [conv({ padding: 'causal' }), "Cannot import layer 'a': padding must be 'valid' or 'same': causal", kernel],
    [conv({ padding: 3 }), "Cannot import layer 'a': padding must be text: 3", kernel],
    [
      conv({ kernel_size: 5 }),
      "Cannot import layer 'a': its window must fit the image: [4,4,2]",
      { 'a/kernel': [[5, 5, 2, 1], Array(50).fill(1)] },
    ],
    [
      layer('Conv1D', 'a', { filters: 1, kernel_size: 1 }),
      "Cannot import layer 'a': its input must have 2 axes beside the batch: 3",
    ],
    [layer('MaxPooling2D', 'a', { pool_size: 5 }), "Cannot import layer 'a': its window must fit the image: [4,4,2]"],
    [
      layer('MaxPooling2D', 'a', { padding: 'full' }),
      "Cannot import layer 'a': padding must be 'valid' or 'same': full",
    ],
    [
      layer('ZeroPadding2D', 'a', { padding: -1 }),
      "Cannot import layer 'a': padding must be whole numbers of at least 0: -1",
    ],
    [layer('Reshape', 'a', { target_shape: [5] }), "Cannot import layer 'a': target_shape must hold 32 values: [5]"],
    [layer('Reshape', 'a'), "Cannot import layer 'a': target_shape must hold 32 values: undefined"],
    [
      layer('Rescaling', 'a', { scale: 'x' }),
      "Cannot import layer 'a': scale, offset, mean and variance must be numbers: x",
    ],
    [layer('LeakyReLU', 'a', { negative_slope: 'x', alpha: 0.1 }), ''],
    [layer('ReLU', 'a', { max_value: 'x' }), "Cannot import layer 'a': max_value must be a number: x"],
    [layer('BatchNormalization', 'a'), "Cannot import layer 'a': its moving_mean must be in the file: none"],
  ];
  for (const [one, message, weights] of table) {
    if (message === '') await read(chain(IMAGE, one), weights);
    else await expect(read(chain(IMAGE, one), weights), message).rejects.toThrow(message);
  }
});
