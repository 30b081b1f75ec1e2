import { readOnnx } from '@spikewright/import-onnx';
import { describe, expect, test } from 'vitest';
import { infer } from './fixture.js';
import { floats, integers, onnxFile, type TestGraph } from './onnx-file.js';

/** Reads a graph and runs it on one sample. */
async function run(
  graph: TestGraph,
  data: readonly number[],
): Promise<{ output: number[]; fates: string[]; ops: string[] }> {
  const { network, layers } = await readOnnx(onnxFile(graph));
  return {
    output: await infer(network, data),
    fates: layers.map(({ kind, fate }) => `${kind} ${fate}`),
    ops: network.nodes.map(({ op }) => op),
  };
}

const IMAGE = [1, 1, 2, 2];
const ones = floats([1, 1, 2, 2], 1, 1, 1, 1);

describe('readOnnx() on arithmetic with constants', () => {
  test.each<[string, TestGraph['layers'], number[], string[]]>([
    // x = [3, 5], c = [1, 2]
    ['x + c', [['Add', ['x', 'c'], ['y']]], [4, 7], ['input', 'scale']],
    ['c - x', [['Sub', ['c', 'x'], ['y']]], [-2, -3], ['input', 'scale']],
    ['x - c', [['Sub', ['x', 'c'], ['y']]], [2, 3], ['input', 'scale']],
    ['c x', [['Mul', ['c', 'x'], ['y']]], [3, 10], ['input', 'scale']],
    ['x / c', [['Div', ['x', 'c'], ['y']]], [3, 2.5], ['input', 'scale']],
    [
      '(x - c) / c is one scale',
      [
        ['Sub', ['x', 'c'], ['a']],
        ['Div', ['a', 'c'], ['y']],
      ],
      [2, 1.5],
      ['input', 'scale'],
    ],
    [
      '2 x + 2 + c',
      [
        ['Mul', ['x', 's'], ['a']],
        ['Add', ['a', 's'], ['b']],
        ['Add', ['b', 'c'], ['y']],
      ],
      [9, 14],
      ['input', 'scale'],
    ],
    ['x - x', [['Sub', ['x', 'x'], ['y']]], [0, 0], ['input', 'scale', 'add']],
    // M = [[1, 2], [3, 4]]: [3 + 15, 6 + 20]; then 2 (18 + 1), 2 (26 + 2)
    [
      'weights take up what follows',
      [
        ['MatMul', ['x', 'm'], ['a']],
        ['Add', ['a', 'c'], ['b']],
        ['Mul', ['b', 's'], ['y']],
      ],
      [38, 56],
      ['input', 'dense'],
    ],
    [
      'weights that others read stay',
      [
        ['MatMul', ['x', 'm'], ['a']],
        ['Add', ['a', 'c'], ['b']],
        ['Add', ['a', 'b'], ['y']],
      ],
      [37, 54],
      ['input', 'dense', 'scale', 'add'],
    ],
    // 2 x Mᵀ + 3 c: [2 · 13 + 3, 2 · 29 + 6]
    [
      'Gemm',
      [['Gemm', ['x', 'm', 'c'], ['y'], { alpha: { float: 2 }, beta: { float: 3 }, transB: 1 }]],
      [29, 64],
      ['input', 'dense'],
    ],
  ])('%s', async (_, layers, expected, ops) => {
    const constants = { c: floats([2], 1, 2), s: floats([], 2), m: floats([2, 2], 1, 2, 3, 4) };
    expect(await run({ layers, constants }, [3, 5])).toMatchObject({ output: expected, ops });
  });

  test('constants are computed before they are used', async () => {
    const constants = { a: floats([2], 6, 8), b: floats([2], 2, 4), s: floats([1], 2) };
    const layers: TestGraph['layers'] = [
      ['Div', ['a', 'b'], ['q']], // 3, 2
      ['Sub', ['q', 's'], ['d']], // 1, 0
      ['Mul', ['d', 's'], ['m']], // 2, 0
      ['Add', ['s', 'm'], ['c']], // 4, 2
      ['Add', ['x', 'c'], ['y']],
    ];
    const { output, fates } = await run({ layers, constants }, [1, 1]);
    expect(output).toEqual([5, 3]);
    expect(fates.slice(0, 2)).toEqual(['Div folded', 'Sub folded']);
  });
});

describe('readOnnx() on activations', () => {
  test.each<[string, TestGraph['layers'][number], number, number[]]>([
    // x = [-2, 3]
    ['Clip with attributes', ['Clip', ['x'], ['y'], { min: { float: 0 }, max: { float: 2 } }], 9, [0, 2]],
    ['Clip without an upper bound', ['Clip', ['x', 'zero'], ['y']], 13, [0, 3]],
    ['Clip without bounds', ['Clip', ['x'], ['y']], 13, [-2, 3]],
    ['Clip from below 0', ['Clip', ['x', 'minus', 'one'], ['y']], 13, [-1, 1]],
    ['Clip from below 0 up', ['Clip', ['x', 'minus'], ['y']], 13, [-1, 3]],
    ['LeakyRelu', ['LeakyRelu', ['x'], ['y'], { alpha: { float: 0.5 } }], 13, [-1, 3]],
    ['PRelu', ['PRelu', ['x', 'slope'], ['y']], 13, [-0.5, 3]],
    ['Dropout', ['Dropout', ['x'], ['y']], 13, [-2, 3]],
    ['Cast', ['Cast', ['x'], ['y'], { to: 1 }], 13, [-2, 3]],
    ['Reshape to the same', ['Reshape', ['x', 'same'], ['y']], 13, [-2, 3]],
    ['Concat with itself', ['Concat', ['x', 'x'], ['y'], { axis: -1 }], 13, [-2, 3, -2, 3]],
    ['Concat of one', ['Concat', ['x'], ['y'], { axis: 1 }], 13, [-2, 3]],
  ])('%s', async (_, layer, opset, expected) => {
    const constants = {
      zero: floats([], 0),
      one: floats([], 1),
      minus: floats([], -1),
      slope: floats([2], 0.25, 7),
      same: integers(0, -1),
    };
    expect((await run({ layers: [layer], constants, opset }, [-2, 3])).output).toEqual(expected);
  });

  test('Softmax over the channels', async () => {
    const { output } = await run({ layers: [['Softmax', ['x'], ['y'], { axis: 1 }]] }, [0, Math.log(3)]);
    expect(output[0]).toBeCloseTo(0.25, 6);
  });

  test('BatchNormalization on a flattened image follows the order of its elements', async () => {
    // [c0p0, c0p1, c1p0, c1p1] are 1, 3, 2, 4 here: (x - mean) · 1 + beta
    const constants = {
      g: floats([4], 1, 1, 1, 1),
      b: floats([4], 10, 20, 30, 40),
      m: floats([4], 1, 3, 2, 4),
      v: floats([4], 1, 1, 1, 1),
    };
    const layers: TestGraph['layers'] = [
      ['Flatten', ['x'], ['f']],
      ['BatchNormalization', ['f', 'g', 'b', 'm', 'v'], ['y'], { epsilon: { float: 0 } }],
    ];
    const { output } = await run({ layers, constants, input: [1, 2, 1, 2] }, [1, 2, 3, 4]);
    expect(output).toEqual([10, 30, 20, 40]);
  });
});

describe('readOnnx() on windows', () => {
  const identity = floats([1, 1, 1, 1], 1);
  test.each<[string, TestGraph['layers'], number[]]>([
    // x = [[1, 2], [3, 4]]
    ['Conv SAME_UPPER', [['Conv', ['x', 'ones'], ['y'], { auto_pad: 'SAME_UPPER' }]], [10, 6, 7, 4]],
    ['Conv SAME_LOWER', [['Conv', ['x', 'ones'], ['y'], { auto_pad: 'SAME_LOWER' }]], [1, 3, 4, 10]],
    ['Conv VALID', [['Conv', ['x', 'ones'], ['y'], { auto_pad: 'VALID', strides: [1, 1] }]], [10]],
    [
      'Conv with a Pad before it',
      [
        ['Pad', ['x', 'edge'], ['p']],
        ['Conv', ['p', 'ones'], ['y']],
      ],
      [10, 6, 7, 4],
    ],
    ['Pad alone', [['Pad', ['x', 'edge'], ['y']]], [1, 2, 0, 3, 4, 0, 0, 0, 0]],
    [
      'Pad before two layers',
      [
        ['Pad', ['x', 'edge'], ['p']],
        ['Conv', ['p', 'ones'], ['a']],
        ['Conv', ['p', 'ones'], ['b']],
        ['Add', ['a', 'b'], ['y']],
      ],
      [20, 12, 14, 8],
    ],
    ['Pad of the channels', [['Pad', ['x', 'channel'], ['y']]], [0, 1, 0, 2, 0, 3, 0, 4]],
    [
      'MaxPool with ceil_mode',
      [['MaxPool', ['x'], ['y'], { kernel_shape: [1, 1], strides: [2, 2], ceil_mode: 1 }]],
      [1],
    ],
    [
      'MaxPool after a Pad with 0',
      [
        ['Relu', ['x'], ['r']],
        ['Pad', ['r', 'edge'], ['p']],
        ['MaxPool', ['p'], ['y'], { kernel_shape: [2, 2] }],
      ],
      [4, 4, 4, 4],
    ],
    [
      'MaxPool after a Pad with -∞',
      [
        ['Pad', ['x', 'edge', 'low'], ['p']],
        ['MaxPool', ['p'], ['y'], { kernel_shape: [2, 2] }],
      ],
      [4, 4, 4, 4],
    ],
    [
      'AveragePool that counts its padding',
      [['AveragePool', ['x'], ['y'], { kernel_shape: [2, 2], pads: [0, 0, 1, 1], count_include_pad: 1 }]],
      [2.5, 1.5, 1.75, 1],
    ],
    [
      'AveragePool that does not',
      [['AveragePool', ['x'], ['y'], { kernel_shape: [2, 2], pads: [0, 0, 1, 1] }]],
      [2.5, 3, 3.5, 4],
    ],
    [
      'AveragePool after a Pad',
      [
        ['Pad', ['x', 'edge'], ['p']],
        ['AveragePool', ['p'], ['y'], { kernel_shape: [2, 2] }],
      ],
      [2.5, 1.5, 1.75, 1],
    ],
    [
      'AveragePool that counts none',
      [['AveragePool', ['x'], ['y'], { kernel_shape: [2, 2], count_include_pad: 1 }]],
      [2.5],
    ],
    ['GlobalAveragePool', [['GlobalAveragePool', ['x'], ['y']]], [2.5]],
    [
      'GlobalAveragePool twice',
      [
        ['GlobalAveragePool', ['x'], ['a']],
        ['GlobalAveragePool', ['a'], ['y']],
      ],
      [2.5],
    ],
    [
      'GlobalMaxPool',
      [
        ['GlobalMaxPool', ['x'], ['a']],
        ['Flatten', ['a'], ['y']],
      ],
      [4],
    ],
    ['ReduceMean', [['ReduceMean', ['x'], ['y'], { axes: [-2, -1], keepdims: 0 }]], [2.5]],
    [
      'a 1 × 1 convolution after a global pool',
      [
        ['GlobalAveragePool', ['x'], ['a']],
        ['Conv', ['a', 'identity'], ['b']],
        ['Squeeze', ['b', 'spatial'], ['y']],
      ],
      [2.5],
    ],
    [
      'Reshape between vector and one position',
      [
        ['GlobalAveragePool', ['x'], ['a']],
        ['Flatten', ['a'], ['b']],
        ['Reshape', ['b', 'position'], ['c']],
        ['Conv', ['c', 'identity'], ['y']],
      ],
      [2.5],
    ],
    ['Slice of the last column', [['Slice', ['x'], ['y'], { starts: [-1], ends: [99], axes: [3] }]], [2, 4]],
    [
      'Transpose and back',
      [
        ['Transpose', ['x'], ['t'], { perm: [0, 2, 3, 1] }],
        ['Mul', ['t', 'two'], ['m']],
        ['Transpose', ['m'], ['b'], { perm: [0, 3, 1, 2] }],
        ['Conv', ['b', 'ones'], ['y']],
      ],
      [20],
    ],
  ])('%s', async (_, layers, expected) => {
    const constants = {
      ones,
      identity,
      edge: integers(0, 0, 0, 0, 0, 0, 1, 1),
      channel: integers(0, 1, 0, 0, 0, 0, 0, 0),
      low: floats([], Number.NEGATIVE_INFINITY),
      spatial: integers(2, 3),
      position: integers(1, 1, 1, 1),
      two: floats([1], 2),
    };
    expect((await run({ layers, constants, input: IMAGE }, [1, 2, 3, 4])).output).toEqual(expected);
  });
});

test.each([7, 22])('readOnnx() reads operator set %i', async (opset) => {
  const layers: TestGraph['layers'] = [
    ['Add', ['x', 'c'], ['a']],
    ['Relu', ['a'], ['y']],
  ];
  const { network } = await readOnnx(onnxFile({ layers, constants: { c: floats([2], -4, 1) }, opset }));
  expect(network.meta.source).toEqual({ format: `ONNX, operator set ${opset}` });
  expect(await infer(network, [3, 5])).toEqual([0, 6]);
});

describe('readOnnx() on shapes', () => {
  test('a vector that is read as an image becomes the input itself', async () => {
    const constants = { ones, image: integers(-1, 1, 2, 2) };
    const layers: TestGraph['layers'] = [
      ['Reshape', ['x', 'image'], ['i']],
      ['Conv', ['i', 'ones'], ['y']],
    ];
    const { network, layers: read } = await readOnnx(onnxFile({ layers, constants, input: ['batch', 4] }));
    expect(network.nodes[0]).toMatchObject({ op: 'input', name: 'x', shape: [2, 2, 1] });
    expect(read[0]).toMatchObject({ kind: 'Reshape', fate: 'folded', nodes: ['x'] });
  });

  test('shapes that the file computes are known', async () => {
    // view(x.size(0), -1) as older exporters write it
    const constants = { zero: integers(0), rest: integers(-1), axis: integers(0), m: floats([4, 1], 1, 10, 100, 1000) };
    const layers: TestGraph['layers'] = [
      ['Shape', ['x'], ['s']],
      ['Gather', ['s', 'zero'], ['g']],
      ['Squeeze', ['g', 'axis'], ['q']],
      ['Unsqueeze', ['q', 'axis'], ['u']],
      ['Cast', ['u'], ['c'], { to: 7 }],
      ['Concat', ['c', 'rest'], ['t'], { axis: 0 }],
      ['Reshape', ['x', 't'], ['f']],
      ['MatMul', ['f', 'm'], ['y']],
    ];
    const { output } = await run({ layers, constants, input: ['N', 2, 1, 2] }, [1, 2, 3, 4]);
    // PyTorch flattens to [c0p0, c0p1, c1p0, c1p1] = [1, 3, 2, 4].
    expect(output).toEqual([1 + 30 + 200 + 4000]);
  });

  test('a piece of a shape, and whole numbers cut from a quotient', async () => {
    // view(-1, x.size(1) * 2): sizes [1, 2, 1, 2]; 5 / 2 is cut to 2
    const constants = { rest: integers(-1), five: floats([1], 5), half: floats([1], 2), m: floats([4, 1], 1, 1, 1, 1) };
    const layers: TestGraph['layers'] = [
      ['Shape', ['x'], ['s'], { start: 1, end: 2 }],
      ['Div', ['five', 'half'], ['q']],
      ['Cast', ['q'], ['w'], { to: 7 }],
      ['Mul', ['s', 'w'], ['n']],
      ['Concat', ['rest', 'n'], ['t'], { axis: 0 }],
      ['Reshape', ['x', 't'], ['f']],
      ['MatMul', ['f', 'm'], ['y']],
    ];
    const { output } = await run({ layers, constants, input: [1, 2, 1, 2], opset: 15 }, [1, 2, 3, 4]);
    expect(output).toEqual([10]);
  });

  test('constants are sliced and turned round', async () => {
    const constants = {
      a: floats([2, 3], 1, 2, 3, 4, 5, 6),
      from: integers(-1),
      to: integers(-9),
      axis: integers(1),
      step: integers(-1),
    };
    const layers: TestGraph['layers'] = [
      ['Slice', ['a', 'from', 'to', 'axis', 'step'], ['b']], // [[3, 2, 1], [6, 5, 4]]
      ['Transpose', ['b'], ['c']], // [[3, 6], [2, 5], [1, 4]]
      ['MatMul', ['x', 'c'], ['y']],
    ];
    expect((await run({ layers, constants, input: [1, 3] }, [1, 10, 100])).output).toEqual([123, 456]);
  });

  test('constants come in every form', async () => {
    const layers: TestGraph['layers'] = [
      ['Constant', [], ['a'], { value: floats([2], 1, 2) }],
      ['Constant', [], ['b'], { value_float: { float: 3 } }],
      ['Constant', [], ['c'], { value_ints: [4, 5] }],
      ['Constant', [], ['n'], { value_ints: [2] }],
      ['ConstantOfShape', ['n'], ['z']],
      ['ConstantOfShape', ['n'], ['o'], { value: floats([1], 7) }],
      ...(['a', 'b', 'c', 'z', 'o'] as const).map((name, i, { length }): TestGraph['layers'][number] => [
        'Add',
        [i === 0 ? 'x' : `s${i - 1}`, name],
        [i === length - 1 ? 'y' : `s${i}`],
      ]),
    ];
    expect((await run({ layers }, [0, 0])).output).toEqual([1 + 3 + 4 + 7, 2 + 3 + 5 + 7]);
  });

  test('layers that lead nowhere are left out, and names are made unique', async () => {
    const layers: TestGraph['layers'] = [
      ['Relu', ['x'], ['idle']],
      ['Relu', ['x'], ['__a']],
      ['LeakyRelu', ['__a'], ['y']],
    ];
    const { network, layers: read } = await readOnnx(onnxFile({ layers }));
    expect(read[0]).toMatchObject({ fate: 'dropped', why: 'the output does not depend on it', nodes: [] });
    expect(network.nodes.map(({ name }) => name).slice(0, 2)).toEqual(['x', 'a']);
  });

  test('an output in another order is noted', async () => {
    const { network } = await readOnnx(onnxFile({ layers: [['Flatten', ['x'], ['y']]], input: [1, 2, 1, 2] }));
    expect(network.meta.notes).toEqual(['The output is in the order height, width, channel.']);
  });
});
