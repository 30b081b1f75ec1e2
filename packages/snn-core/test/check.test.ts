import { checkNetwork, type Network, type Neuron, type Node } from '@spikewright/snn-core';
import { tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { conv, dense, input, network, neuron, plain, scalar, scale, tensor, vector } from './builders.js';

const image = input(4, 5, 2);
const cell = (changes: Partial<Neuron>): Network => network(input(3), neuron('odd', 'input', changes));
const pool = (changes: object, op: 'avgPool2d' | 'maxPool2d' = 'avgPool2d'): Network =>
  network(image, {
    op,
    name: 'odd',
    inputs: ['input'],
    size: [2, 2],
    strides: [2, 2],
    padding: 'valid',
    ...changes,
  } as Node);
const convolution = (changes: object, kernel = [3, 3, 2, 4]): Network =>
  network(image, conv('odd', 'input', kernel, new Float32Array(kernel.reduce((a, b) => a * b)).fill(1), changes));
const norm = (changes: object): Network => {
  const one = vector(1, 1);
  const plainly = { op: 'batchNorm', name: 'odd', inputs: ['input'], gamma: one, beta: one, mean: one } as const;
  return network(image, { ...plainly, variance: one, epsilon: 1e-3, ...changes });
};
/** A node as only a damaged file, or a caller without types, has it. */
const any = (node: unknown): Node => node as Node;
const lambda = (op: 'clip' | 'qcfs', changes: object): Network =>
  network(
    input(3),
    any({ op, name: 'odd', inputs: ['input'], lambda: 1, ...(op === 'qcfs' && { levels: 4 }), ...changes }),
  );

describe('shapes', () => {
  test('checkNetwork works out the shape of every output', () => {
    const whole = network(
      image,
      conv('conv', 'input', [3, 3, 1, 4], new Float32Array(36), { groups: 2, strides: [1, 2], padding: 'same' }),
      plain('concat', 'joined', 'conv', 'conv'),
      plain('relu', 'relu', 'joined'),
      { op: 'avgPool2d', name: 'pool', inputs: ['relu'], size: [3, 2], strides: [1, 1], padding: [1, 1, 0, 0] },
      plain('globalAvgPool', 'mean', 'pool'),
      plain('flatten', 'flat', 'pool'),
      plain('concat', 'features', 'mean', 'flat'),
      { op: 'dense', name: 'scores', inputs: ['features'], kernel: tensor([72, 3], new Float32Array(216)) },
      neuron('cell', 'scores'),
    );
    // Width 5 in strides of 2 keeps 3; the pool keeps 4 + 2 - 3 + 1 = 4 rows and 2 columns; 4 · 2 · 8 + 8 = 72.
    expect(Object.fromEntries(checkNetwork(whole))).toEqual({
      input: [4, 5, 2],
      conv: [4, 3, 4],
      joined: [4, 3, 8],
      relu: [4, 3, 8],
      pool: [4, 2, 8],
      mean: [8],
      flat: [64],
      features: [72],
      scores: [3],
      cell: [3],
    });
  });

  test('checkNetwork lets every tiny network pass', () => {
    for (const ann of Object.values(tinyNetworks())) expect(checkNetwork(ann).size).toBe(ann.nodes.length);
  });

  test('checkNetwork lets thresholds and starts be scalar, by channel or by neuron', () => {
    for (const count of [1, 2, 40]) {
      const values = tensor([count], new Float32Array(count).fill(0.5));
      expect(checkNetwork(network(image, neuron('cell', 'input', { threshold: values, initial: values }))).size).toBe(
        2,
      );
    }
  });
});

type Bad = [what: string, network: unknown, error: typeof Error, message: string];
const at = (name: string, rule: string): string => `Cannot use node '${name}': ${rule}`;
const odd = (rule: string): string => at('odd', rule);

const wholes: Bad[] = [
  ['nothing', undefined, TypeError, 'Cannot use network: format must be 1: undefined'],
  ['null', null, TypeError, 'Cannot use network: format must be 1: undefined'],
  ['another format', { ...network(input(1)), format: 2 }, TypeError, 'Cannot use network: format must be 1: 2'],
  ['no nodes', network(), TypeError, 'Cannot use network: nodes must be a list of at least one node: none given'],
  ['nodes that are no list', { format: 1, nodes: {} }, TypeError, 'Cannot use network: nodes must be a list of at least one node: none given'],
  ['a node that is null', network(input(1), any(null)), TypeError, 'Cannot use network: every node must be an object: null'],
  ['a node that is a word', network(any('relu')), TypeError, 'Cannot use network: every node must be an object: relu'],
  ['no input', network(any({ op: 'add', name: 'odd', inputs: [] })), TypeError, odd('op add takes at least 2 inputs: 0')],
  ['two inputs', network(input(1), { ...input(1), name: 'other' }), TypeError, 'Cannot use network: it must have exactly one input node: 2 found'],
]; // biome-ignore format: a table

const wiring: Bad[] = [
  ['a side head, which would be read when the last node is dropped', network(input(2), plain('relu', 'odd', 'input'), plain('softmax', 'last', 'input')), TypeError, odd('every node must lead to the last one (or be removed): last')],
  ['a name twice', network(input(1), plain('relu', 'odd', 'input'), plain('relu', 'odd', 'input')), TypeError, odd('name must be unique: odd')],
  ['no name', network(any({ op: 'input', inputs: [], shape: [1] })), TypeError, at('undefined', 'name must be 1 to 200 printable characters, not beginning with __: undefined')],
  ['an empty name', network({ ...input(1), name: '' }), TypeError, at('', 'name must be 1 to 200 printable characters, not beginning with __: ')],
  ['a name with a line break', network({ ...input(1), name: 'a\nb' }), TypeError, at('a b', 'name must be 1 to 200 printable characters, not beginning with __: a b')],
  ['a name that objects have', network({ ...input(1), name: '__proto__' }), TypeError, at('__proto__', 'name must be 1 to 200 printable characters, not beginning with __: __proto__')],
  ['a name that no text can show', network(any({ ...input(1), name: { toString: 1, valueOf: 1 } })), TypeError, at('{"toString":1,"valueOf":1}', 'name must be 1 to 200 printable characters, not beginning with __: {"toString":1,"valueOf":1}')],
  ['an unknown input', network(input(1), plain('relu', 'odd', 'ghost')), ReferenceError, odd('every input must be an earlier node: ghost')],
  ['a later input', network(input(1), plain('relu', 'odd', 'later'), plain('relu', 'later', 'input')), ReferenceError, odd('every input must be an earlier node: later')],
  ['itself as input', network(input(1), plain('relu', 'odd', 'odd')), ReferenceError, odd('every input must be an earlier node: odd')],
  ['an input too many', network(input(1), plain('relu', 'odd', 'input', 'input')), TypeError, odd('op relu takes 1 inputs: 2')],
  ['an input too few', network(input(1), plain('concat', 'odd', 'input')), TypeError, odd('op concat takes at least 2 inputs: 1')],
  ['inputs of an input', network({ ...input(1), inputs: ['input'] }), TypeError, at('input', 'op input takes 0 inputs: 1')],
  ['inputs that are no list', network(input(1), any({ op: 'relu', name: 'odd', inputs: 'input' })), TypeError, odd('op relu takes 1 inputs: 5')],
  ['an unknown op', network(input(1), any({ op: 'gelu', name: 'odd', inputs: ['input'] })), TypeError, odd('op must be known: gelu')],
  ['no op', network(input(1), any({ name: 'odd', inputs: ['input'] })), TypeError, odd('op must be known: undefined')],
]; // biome-ignore format: a table

const sizes: Bad[] = [
  ['an input of two axes', network({ ...input(), name: 'odd', shape: [2, 2] }), TypeError, odd('shape must be [features] or [height, width, channels]: [2,2]')],
  ['an input without shape', network(any({ op: 'input', name: 'odd', inputs: [] })), TypeError, odd('shape must be [features] or [height, width, channels]: undefined')],
  ['an input of size 0', network({ ...input(4, 0, 1), name: 'odd' }), RangeError, odd('shape must be whole and at least 1: 0')],
  ['a giant input', network({ ...input(2 ** 20, 2 ** 20, 1), name: 'odd' }), RangeError, odd('its output must have at most 268435456 values: 1099511627776')],
  ['giant padding', convolution({ padding: [1e9, 1e9, 1e9, 1e9] }), RangeError, odd('its output must have at most 268435456 values: ')],
  ['an image for dense', network(image, dense('odd', 'input', [[1]])), TypeError, odd('its input must be a vector (flatten it first): [4,5,2]')],
  ['a vector for conv2d', network(input(4), conv('odd', 'input', [1, 1, 4, 1], [1, 1, 1, 1])), TypeError, odd('its input must be [height, width, channels]: [4]')],
  ['a vector for pooling', network(input(4), plain('globalAvgPool', 'odd', 'input')), TypeError, odd('its input must be [height, width, channels]: [4]')],
  ['unequal branches of add', network(input(2), dense('one', 'input', [[1], [1]]), plain('add', 'odd', 'input', 'one')), TypeError, odd('inputs must share the shape [2]: [1]')],
  ['unequal images of concat', network(image, conv('one', 'input', [2, 2, 2, 1], new Float32Array(8)), plain('concat', 'odd', 'input', 'one')), TypeError, odd('inputs must agree with [4,5,2] but in the last size: [3,4,1]')],
  ['an image and a vector for concat', network(image, plain('globalAvgPool', 'one', 'input'), plain('concat', 'odd', 'input', 'one')), TypeError, odd('inputs must agree with [4,5,2] but in the last size: [2]')],
]; // biome-ignore format: a table

const windows: Bad[] = [
  ['a window larger than the image', convolution({}, [5, 3, 2, 4]), TypeError, odd('its window [5,3] must fit the image: [4,5,2]')],
  ['a dilated window larger than the image', convolution({ dilation: [2, 1] }), TypeError, odd('its window [3,3] must fit the image: [4,5,2]')],
  ['a pool larger than the image', pool({ size: [2, 6] }), TypeError, odd('its window [2,6] must fit the image: [4,5,2]')],
  ['strides of 0', convolution({ strides: [1, 0] }), RangeError, odd('strides must be whole and at least 1: 0')],
  ['broken strides', pool({ strides: [1.5, 1] }), RangeError, odd('strides must be whole and at least 1: 1.5')],
  ['one stride', pool({ strides: [1] }), TypeError, odd('strides must be [vertical, horizontal]: [1]')],
  ['a number as strides', pool({ strides: 2 }), TypeError, odd('strides must be [vertical, horizontal]: 2')],
  ['a dilation of 0', convolution({ dilation: [0, 1] }), RangeError, odd('dilation must be whole and at least 1: 0')],
  ['no size', pool({ size: undefined }), TypeError, odd('size must be [vertical, horizontal]: undefined')],
  ['an unknown padding', convolution({ padding: 'full' }), TypeError, odd("padding must be 'valid', 'same' or [top, bottom, left, right]: full")],
  ['two paddings', pool({ padding: [1, 1] }), TypeError, odd("padding must be 'valid', 'same' or [top, bottom, left, right]: [1,1]")],
  ['a negative padding', convolution({ padding: [0, 0, -1, 0] }), TypeError, odd("padding must be 'valid', 'same' or [top, bottom, left, right]: [0,0,-1,0]")],
  ['an average of padding alone', pool({ padding: [2, 0, 0, 0] }), RangeError, odd('padding must be less than its window [2,2]: [2,0,0,0]')],
  ['a maximum of padding alone', pool({ padding: [0, 0, 0, 2] }, 'maxPool2d'), RangeError, odd('padding must be less than its window [2,2]: [0,0,0,2]')],
  ['no groups', convolution({ groups: 0 }), RangeError, odd('groups must be whole and at least 1: 0')],
  ['groups that do not divide the inputs', convolution({ groups: 2 }), TypeError, odd('kernel must be [height, width, 2 input channels / 2 groups, output channels]: [3,3,2,4]')],
  ['groups that do not divide the outputs', convolution({ groups: 2 }, [1, 1, 1, 3]), TypeError, odd('kernel must be [height, width, 2 input channels / 2 groups, output channels]: [1,1,1,3]')],
]; // biome-ignore format: a table

const tensors: Bad[] = [
  ['a kernel for other channels', convolution({}, [1, 1, 3, 1]), TypeError, odd('kernel must be [height, width, 2 input channels / 1 groups, output channels]: [1,1,3,1]')],
  ['a flat kernel for conv2d', convolution({}, [2, 4]), TypeError, odd('kernel must be [height, width, 2 input channels / 1 groups, output channels]: [2,4]')],
  ['a kernel for other features', network(input(3), dense('odd', 'input', [[1], [1]])), TypeError, odd('kernel must be [3 input features, output features]: [2,1]')],
  ['no kernel', network(image, any({ ...conv('odd', 'input', [1, 1, 2, 1], [1, 1]), kernel: undefined })), TypeError, odd('kernel must be a tensor { shape, data: Float32Array }: undefined')],
  ['a kernel of plain numbers', network(input(1), any({ ...dense('odd', 'input', [[1]]), kernel: { shape: [1, 1], data: [1] } })), TypeError, odd('kernel must be a tensor { shape, data: Float32Array }: object')],
  ['fewer values than the shape says', network(input(1), { ...dense('odd', 'input', [[1]]), kernel: tensor([1, 2], [1]) }), TypeError, odd('kernel of shape [1,2] must hold 2 values: 1')],
  ['an empty kernel', network(input(1), { ...dense('odd', 'input', [[1]]), kernel: tensor([1, 0], []) }), TypeError, odd('kernel must have whole sizes of at least 1: [1,0]')],
  ['negative sizes', convolution({ kernel: tensor([-1, -1, 2, 1], [1, 1]) }), TypeError, odd('kernel must have whole sizes of at least 1: [-1,-1,2,1]')],
  ['sizes that are words', convolution({ kernel: any({ shape: ['1', 1, 2, 1], data: Float32Array.of(1, 1) }) }), TypeError, odd('kernel must have whole sizes of at least 1: ["1",1,2,1]')],
  ['a weight that is NaN', network(input(1), dense('odd', 'input', [[1, Number.NaN]])), RangeError, odd('kernel must be finite: NaN at 1')],
  ['an infinite bias', network(input(1), dense('odd', 'input', [[1]], [Number.POSITIVE_INFINITY])), RangeError, odd('bias must be finite: Infinity at 0')],
  ['a bias too long', convolution({ bias: vector(1, 2) }), TypeError, odd('bias must have 4 values: 2')],
  ['a factor for other channels', network(input(3), scale('odd', 'input', [1, 2])), TypeError, odd('factor must have 1 or 3 values: 2')],
  ['a scale bias for other channels', network(input(3), scale('odd', 'input', [1], [1, 2])), TypeError, odd('bias must have 1 or 3 values: 2')],
  ['a gamma too long', norm({ gamma: vector(1, 1, 1) }), TypeError, odd('gamma must have 2 values: 3')],
  ['no mean', norm({ mean: undefined }), TypeError, odd('mean must be a tensor { shape, data: Float32Array }: undefined')],
  ['a negative variance', norm({ variance: vector(1, -1) }), RangeError, odd('variance + epsilon must be above 0: -1')],
  ['a variance of 0 without epsilon', norm({ variance: vector(1, 0), epsilon: 0 }), RangeError, odd('variance + epsilon must be above 0: 0')],
  ['a negative epsilon', norm({ epsilon: -1e-3 }), RangeError, odd('epsilon must be finite and at least 0: -0.001')],
  ['an infinite epsilon', norm({ epsilon: Number.POSITIVE_INFINITY }), RangeError, odd('epsilon must be finite and at least 0: Infinity')],
  ['an epsilon in words', norm({ epsilon: '0.001' }), RangeError, odd('epsilon must be finite and at least 0: 0.001')],
]; // biome-ignore format: a table

const cells: Bad[] = [
  ['θ = 0', cell({ threshold: vector(1, 0, 1) }), RangeError, odd('threshold must be above 0: 0')],
  ['θ < 0', cell({ threshold: scalar(-1) }), RangeError, odd('threshold must be above 0: -1')],
  ['θ = NaN', cell({ threshold: scalar(Number.NaN) }), RangeError, odd('threshold must be finite: NaN at 0')],
  ['two thresholds of three', cell({ threshold: vector(1, 1) }), TypeError, odd('threshold must have 1 or 3 values: 2')],
  ['v(0) = NaN', cell({ initial: scalar(Number.NaN) }), RangeError, odd('initial must be finite: NaN at 0')],
  ['four starts of three', cell({ initial: vector(0, 0, 0, 0) }), TypeError, odd('initial must have 1 or 3 values: 4')],
  ['leak 0', cell({ leak: 0 }), RangeError, odd('leak must be above 0: 0')],
  ['leak > 1', cell({ leak: 1.5 }), RangeError, odd('leak must be at most 1: 1.5')],
  ['leak NaN', cell({ leak: Number.NaN }), RangeError, odd('leak must be above 0: NaN')],
  ['an unknown reset', cell({ reset: 'soft' as never }), RangeError, odd('reset must be subtract or zero: soft')],
  ['an unknown comparison', cell({ fires: '<' as never }), RangeError, odd('fires must be >= or >: <')],
  ['a least level above 0', cell({ levels: [1, 2] }), RangeError, odd('levels must be whole numbers [min <= 0, max >= 1]: [1,2]')],
  ['a most level of 0', cell({ levels: [0, 0] }), RangeError, odd('levels must be whole numbers [min <= 0, max >= 1]: [0,0]')],
  ['half a level', cell({ levels: [0, 1.5] }), RangeError, odd('levels must be whole numbers [min <= 0, max >= 1]: [0,1.5]')],
  ['three levels', cell({ levels: [0, 1, 2] as never }), RangeError, odd('levels must be whole numbers [min <= 0, max >= 1]: [0,1,2]')],
  ['gains of NaN', cell({ gains: vector(1, Number.NaN) }), RangeError, odd('gains must be finite: NaN')],
  ['gains of a wrong size', cell({ gains: tensor([3], [1, 2]) }), TypeError, odd('gains of shape [3] must hold 3 values: 2')],
  ['a delay of 2', cell({ delay: 2 as never }), RangeError, odd('delay must be 0 or 1: 2')],
  ['a delay of half a step', cell({ delay: 0.5 as never }), RangeError, odd('delay must be 0 or 1: 0.5')],
  ['no levels', cell({ levels: undefined as never }), RangeError, odd('levels must be whole numbers [min <= 0, max >= 1]: undefined')],
  ['clip at 0', lambda('clip', { lambda: 0 }), RangeError, odd('lambda must be above 0: 0')],
  ['clip at infinity', lambda('clip', { lambda: Number.POSITIVE_INFINITY }), RangeError, odd('lambda must be above 0: Infinity')],
  ['qcfs of no λ', lambda('qcfs', { lambda: undefined }), RangeError, odd('lambda must be above 0: undefined')],
  ['qcfs of a λ in words', lambda('qcfs', { lambda: '1' }), RangeError, odd('lambda must be above 0: 1')],
  ['qcfs of no levels', lambda('qcfs', { levels: 0 }), RangeError, odd('levels must be whole and at least 1: 0')],
  ['qcfs of half a level', lambda('qcfs', { levels: 1.5 }), RangeError, odd('levels must be whole and at least 1: 1.5')],
]; // biome-ignore format: a table

describe.each<[string, Bad[]]>([
  ['a whole', wholes],
  ['wiring', wiring],
  ['sizes', sizes],
  ['windows', windows],
  ['tensors', tensors],
  ['neurons and activations', cells],
])('%s', (_, table) => {
  test.each(table)('checkNetwork refuses %s', (_, bad, error, message) => {
    const check = (): unknown => checkNetwork(bad as Network);
    expect(check).toThrow(error);
    expect(check).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
    expect(check).toThrow(/^Cannot .*[^.]$/);
  });
});
