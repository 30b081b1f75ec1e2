import { readOnnx } from '@spikewright/import-onnx';
import { UnsupportedLayersError } from '@spikewright/snn-core';
import { describe, expect, test } from 'vitest';
import { floats, integers, onnxFile, type TestGraph } from './onnx-file.js';

test('readOnnx() names every unsupported layer at once, and the way out', async () => {
  const layers: TestGraph['layers'] = [
    ['Relu', ['x'], ['a']],
    ['Sigmoid', ['a'], ['b']],
    ['Add', ['b', 'c'], ['d']],
    ['Unsqueeze', ['d', 'axis'], ['e']],
    ['com.example.Fancy', ['a'], ['f']],
    ['LogSoftmax', ['e'], ['y']],
  ];
  const constants = { c: floats([2], 1, 2), axis: integers(1) };
  const error = await readOnnx(onnxFile({ layers, constants })).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(UnsupportedLayersError);
  expect(error.message).toBe(
    "Cannot import: layer 'b' (Sigmoid): neurons have no such curve: train with ReLU instead; " +
      "layer 'f' (com.example.Fancy): no node of a network does the same; " +
      "layer 'y' (LogSoftmax): export the model without it: the order of the classes stays the same",
  );
  expect(error.layers.map(({ fate }: { fate: string }) => fate)).toEqual([
    'kept',
    'unsupported',
    'dropped',
    'dropped',
    'unsupported',
    'unsupported',
  ]);
  expect(error.layers[2].why).toBe("not looked at, because layer 'b' before it is not supported");
});

const IMAGE = [1, 2, 4, 4];
const constants = {
  kernel: floats([1, 2, 1, 1], 1, 1),
  line: floats([1, 2, 1], 1, 1),
  map: floats([4, 4], ...new Array(16).fill(1)),
  three: floats([3], 1, 2, 3),
  two: floats([2], 1, 2),
  square: floats([2, 2], 1, 2, 3, 4),
  zero: floats([], 0),
  half: floats([], 0.5),
  half1: floats([1], 0.5),
  four: floats([4], 1, 1, 1, 1),
  yes: integers(1),
  edge: integers(0, 0, 0, 0, 0, 0, 1, 1),
  batch: integers(1, 0, 0, 0, 0, 0, 0, 0),
  crop: integers(0, 0, 0, 0, 0, 0, -1, -1),
  many: integers(0, 0, 0, 0, 0, 60_000, 0, 0),
  eight: integers(1, 8, 2, 2),
  odd: integers(1, -1, 3),
  whole: integers(32),
};

describe('readOnnx() refuses', () => {
  test.each<[string, TestGraph['layers'], string, number?]>([
    ['a convolution of one axis', [['Conv', ['x', 'line'], ['y']]], 'it must have two spatial axes: weights [1,2,1]'],
    [
      'weights that are computed',
      [['Conv', ['x', 'x'], ['y']]],
      'its weights must be stored in the file as a constant',
    ],
    ['a wrong auto_pad', [['Conv', ['x', 'kernel'], ['y'], { auto_pad: 'SOME' }]], 'auto_pad must be NOTSET'],
    ['strides of one axis', [['Conv', ['x', 'kernel'], ['y'], { strides: [1] }]], 'strides must be two whole numbers'],
    [
      'a group that is text',
      [['Conv', ['x', 'kernel'], ['y'], { group: 'a' }]],
      "its attribute 'group' must be a number",
    ],
    [
      'pads that are a number',
      [['Conv', ['x', 'kernel'], ['y'], { pads: 1 }]],
      "its attribute 'pads' must list numbers",
    ],
    [
      'auto_pad as a number',
      [['Conv', ['x', 'kernel'], ['y'], { auto_pad: 1 }]],
      "its attribute 'auto_pad' must be text",
    ],
    [
      'wrong groups',
      [['Conv', ['x', 'kernel'], ['y'], { group: 2 }]],
      'kernel must be [height, width, 2 input channels / 2 groups',
    ],
    [
      'an image in another order',
      [
        ['Transpose', ['x'], ['a'], { perm: [0, 1, 3, 2] }],
        ['Conv', ['a', 'kernel'], ['y']],
      ],
      'its input must be an image [batch, channels, height, width]',
    ],
    [
      'a padded convolution after a global pool',
      [
        ['GlobalAveragePool', ['x'], ['a']],
        ['Conv', ['a', 'kernel'], ['y'], { pads: [1, 1, 1, 1] }],
      ],
      'after a global pool it must be 1 × 1',
    ],
    [
      'a second output',
      [
        ['MaxPool', ['x'], ['a', 'i'], { kernel_shape: [2, 2] }],
        ['Add', ['a', 'i'], ['y']],
      ],
      'only its first output may be used',
    ],
    ['pooling without a window', [['MaxPool', ['x'], ['y']]], 'its kernel_shape must be given'],
    [
      'dilated pooling',
      [['MaxPool', ['x'], ['y'], { kernel_shape: [2, 2], dilations: [2, 2] }]],
      'its dilations must be 1',
    ],
    [
      'a dilated mean',
      [['AveragePool', ['x'], ['y'], { kernel_shape: [2, 2], dilations: [2, 1] }]],
      'its dilations must be 1',
    ],
    [
      'padding that counts with ceil_mode',
      [
        [
          'AveragePool',
          ['x'],
          ['y'],
          { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 0, 0], ceil_mode: 1, count_include_pad: 1 },
        ],
      ],
      'set ceil_mode to 0',
      19,
    ],
    [
      'a cut window that counts',
      [['AveragePool', ['x'], ['y'], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1, count_include_pad: 1 }]],
      'set ceil_mode to 0',
      19,
    ],
    [
      'both kinds of padding',
      [
        ['Pad', ['x', 'edge'], ['a']],
        ['AveragePool', ['a'], ['y'], { kernel_shape: [2, 2], pads: [1, 1, 0, 0] }],
      ],
      'cannot both lie around it',
    ],
    [
      'a window larger than the image',
      [['AveragePool', ['x'], ['y'], { kernel_shape: [60000, 60000], pads: [1, 1, 1, 1], count_include_pad: 1 }]],
      'must fit the image',
    ],
    [
      'a window with too many weights',
      [
        [
          'AveragePool',
          ['x'],
          ['y'],
          { kernel_shape: [3000, 3000], pads: [1500, 1500, 1500, 1500], count_include_pad: 1 },
        ],
      ],
      'its window must not be that large',
    ],
    [
      'padding as wide as its window',
      [['MaxPool', ['x'], ['y'], { kernel_shape: [2, 2], pads: [2, 2, 2, 2] }]],
      'padding must be less than its window',
    ],
    [
      'a piece of the channels',
      [['Slice', ['x'], ['y'], { starts: [1], ends: [2], axes: [1] }]],
      'it must keep all channels',
    ],
    [
      'a piece of the batch',
      [['Slice', ['x'], ['y'], { starts: [0], ends: [1] }]],
      'it must take a piece of an axis after the batch',
    ],
    [
      'a piece of one position',
      [
        ['GlobalAveragePool', ['x'], ['a']],
        ['Slice', ['a'], ['y'], { starts: [0], ends: [1], axes: [2] }],
      ],
      'its input must have more than one position',
    ],
    [
      'a mean over channels',
      [['ReduceMean', ['x'], ['y'], { axes: [1] }]],
      'it must be over height and width: axes [1]',
    ],
    [
      'a mean of a vector',
      [
        ['Flatten', ['x'], ['a']],
        ['ReduceMean', ['a'], ['y'], { axes: [1] }],
      ],
      'its input must be an image',
    ],
    ['a product of two signals', [['Mul', ['x', 'x'], ['y']]], 'a network has no product of two signals'],
    ['division by a signal', [['Div', ['half', 'x'], ['y']]], 'its divisor must be a constant'],
    [
      'a constant for each position',
      [['Add', ['x', 'map'], ['y']]],
      'its constant must be one number, or one for each channel',
    ],
    [
      'signals of two shapes',
      [
        ['Flatten', ['x'], ['a']],
        ['Add', ['x', 'a'], ['y']],
      ],
      'its inputs must share one shape',
    ],
    [
      'signals in two orders',
      [
        ['Transpose', ['x'], ['a'], { perm: [0, 1, 3, 2] }],
        ['Add', ['x', 'a'], ['y']],
      ],
      'in the same order',
    ],
    [
      'constants of two shapes',
      [
        ['Add', ['two', 'three'], ['a']],
        ['Add', ['x', 'a'], ['y']],
      ],
      'its constants must share one shape',
    ],
    ['joined rows', [['Concat', ['x', 'x'], ['y'], { axis: 2 }]], 'it must join channels: axis 2'],
    ['a joined constant', [['Concat', ['x', 'map'], ['y'], { axis: 1 }]], 'all of its inputs must be computed'],
    [
      'joined flat images',
      [
        ['Flatten', ['x'], ['a']],
        ['Concat', ['a', 'a'], ['y'], { axis: 1 }],
      ],
      'concatenate before flattening',
    ],
    [
      'batch normalisation in training',
      [['BatchNormalization', ['x', 'two', 'two', 'two', 'two'], ['y'], { training_mode: 1 }]],
      'it must use stored statistics',
    ],
    [
      'batch normalisation of other channels',
      [['BatchNormalization', ['x', 'three', 'two', 'two', 'two'], ['y']]],
      'its scale must have 2 values: [3]',
    ],
    ['an upper bound alone', [['Clip', ['x', '', 'half'], ['y']]], 'it must have a lower bound'],
    [
      'bounds in the wrong order',
      [['Clip', ['x', 'half', 'zero'], ['y']]],
      'its upper bound must be above its lower bound 0.5: 0',
    ],
    ['a bound for each channel', [['Clip', ['x', 'two'], ['y']]], 'its min must be one number: 2'],
    ['softmax over rows', [['Softmax', ['x'], ['y'], { axis: 2 }]], 'it must be over the channels: axis 2'],
    ['softmax over all in old files', [['Softmax', ['x'], ['y']]], 'it must be over the channels: axis 1', 11],
    ['dropout in training', [['Dropout', ['x', 'half', 'yes'], ['y']]], 'it must be off'],
    ['flattening of the batch', [['Flatten', ['x'], ['y'], { axis: 0 }]], 'it must keep the batch: axis 0'],
    [
      'shuffled channels',
      [['Reshape', ['x', 'eight'], ['y']]],
      'it must make a vector of an image: [1,2,4,4] to [1,8,2,2]',
    ],
    [
      'a shape that does not fit',
      [['Reshape', ['x', 'odd'], ['y']]],
      'its shape must hold as many values as [1,2,4,4]: [1,-1,3]',
    ],
    ['a lost batch', [['Reshape', ['x', 'whole'], ['y']]], 'it must keep the batch of 1: [32]'],
    [
      'an image of a hidden vector',
      [
        ['Flatten', ['x'], ['a']],
        ['Reshape', ['a', 'eight'], ['y']],
      ],
      'only the input may become an image',
    ],
    ['a moved batch', [['Transpose', ['x'], ['y']]], 'it must keep the batch first: [3,2,1,0]'],
    [
      'a perm with a gap',
      [['Transpose', ['x'], ['y'], { perm: [0, 1, 1, 2] }]],
      'its perm must name each of 4 axes once',
    ],
    ['an edge that is mirrored', [['Pad', ['x', 'edge'], ['y'], { mode: 'reflect' }]], 'its mode must be constant'],
    ['an edge of halves', [['Pad', ['x', 'edge', 'half'], ['y']]], 'its constant must be 0: 0.5'],
    ['a padded batch', [['Pad', ['x', 'batch'], ['y']]], 'it must not pad the batch'],
    ['padding below 0', [['Pad', ['x', 'crop'], ['y']]], 'its pads must be whole numbers of at least 0'],
    [
      'padding of a vector',
      [
        ['GlobalAveragePool', ['x'], ['a']],
        ['Pad', ['a', 'edge'], ['y']],
      ],
      'its input must have more than one position',
    ],
    [
      'too many padded channels',
      [
        ['Pad', ['x', 'many'], ['a']],
        ['Pad', ['a', 'many'], ['y']],
      ],
      'it must not add that many channels',
    ],
    [
      'MatMul of an image',
      [['MatMul', ['x', 'square'], ['y']]],
      'its input must be [batch, features] (flatten it first)',
    ],
    ['weights before the signal', [['MatMul', ['square', 'x'], ['y']]], 'its weights must be its second input'],
    [
      'weights of one axis',
      [
        ['Flatten', ['x'], ['a']],
        ['MatMul', ['a', 'two'], ['y']],
      ],
      'its weights must have two axes: [2]',
    ],
    [
      'weights of another length',
      [
        ['Flatten', ['x'], ['a']],
        ['MatMul', ['a', 'square'], ['y']],
      ],
      'its weights must have 32 inputs: [2,2]',
    ],
    [
      'transA',
      [
        ['Flatten', ['x'], ['a']],
        ['Gemm', ['a', 'square'], ['y'], { transA: 1 }],
      ],
      'transA must be 0',
    ],
    [
      'a bias of another length',
      [
        ['Flatten', ['x'], ['a']],
        ['Gemm', ['a', 'square', 'three'], ['y']],
      ],
      'its bias must be one number, or one for each of 2 outputs',
    ],
    [
      'a constant of text',
      [
        ['Constant', [], ['a'], { value_string: 'a' }],
        ['Add', ['x', 'a'], ['y']],
      ],
      'its value must be numbers: value_string',
    ],
    [
      'a relu of a constant',
      [
        ['Relu', ['two'], ['a']],
        ['Add', ['x', 'a'], ['y']],
      ],
      'its input must be computed from the input',
    ],
    [
      'Gather from a table',
      [
        ['Gather', ['square', 'yes'], ['a']],
        ['Add', ['x', 'a'], ['y']],
      ],
      'its input must be a short list',
    ],
    [
      'Slice along nothing',
      [
        ['Slice', ['two', 'yes'], ['a']],
        ['Add', ['x', 'a'], ['y']],
      ],
      'it must take a piece of a short constant',
    ],
    [
      'a large ConstantOfShape',
      [
        ['ConstantOfShape', ['odd'], ['a']],
        ['Add', ['x', 'a'], ['y']],
      ],
      'it must make at most 4096 numbers',
    ],
    [
      'a cast to whole numbers',
      [['Cast', ['x'], ['y'], { to: 7 }]],
      'it must make floats of floats, not whole numbers: type 7',
    ],
    [
      'normalisation along another axis',
      [
        ['Transpose', ['x'], ['a'], { perm: [0, 2, 3, 1] }],
        ['BatchNormalization', ['a', 'four', 'four', 'four', 'four'], ['y']],
      ],
      'it must normalise the channels: axis 1 of [1,4,4,2]',
    ],
    [
      'a global mean along other axes',
      [
        ['Transpose', ['x'], ['a'], { perm: [0, 2, 3, 1] }],
        ['GlobalAveragePool', ['a'], ['y']],
      ],
      'its input must be an image [batch, channels, height, width]: [1,4,4,2]',
    ],
    ['half a position', [['Slice', ['x', 'half1', 'two', 'yes'], ['y']]], 'its starts must be whole numbers: [0.5]'],
    [
      'Gather from beyond a list',
      [
        ['Gather', ['two', 'whole'], ['a']],
        ['Add', ['x', 'a'], ['y']],
      ],
      'its indices must lie in a list of 2: [32]',
    ],
    [
      'joined tables',
      [
        ['Concat', ['square', 'square'], ['a'], { axis: 0 }],
        ['Add', ['x', 'a'], ['y']],
      ],
      'its inputs must be lists',
    ],
    [
      'an axis twice',
      [
        ['Unsqueeze', ['two', 'axes'], ['a']],
        ['Add', ['x', 'a'], ['y']],
      ],
      'its axes must be new places',
    ],
  ])('%s', async (_, layers, why, opset = 13) => {
    const graph = { layers, input: IMAGE, constants: { ...constants, axes: integers(0, 0) }, opset };
    const error = await readOnnx(onnxFile(graph)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UnsupportedLayersError);
    expect(error.message).toContain(why);
  });
});
