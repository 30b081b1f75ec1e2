import { readKerasWeights } from '@spikewright/import-keras';
import { expect, test } from 'vitest';
import { fixture } from './fixtures.js';
import { chain, graph, input, layer, read } from './models.js';

test('a graph is read in any order of its layers; what does not lead to the output is dropped', async () => {
  const layers = [
    layer('Add', 'end', {}, ['b', 'a']),
    layer('ReLU', 'b', {}, ['a']),
    layer('ReLU', 'idle', {}, ['a']),
    layer('ReLU', 'a', {}, ['input']),
    input(2),
  ];
  const { network, layers: report } = await read(graph(['end'], ...layers));
  expect(network.nodes.map(({ name }) => name)).toEqual(['input', 'a', 'b', 'end']);
  expect(network.nodes.at(-1)?.inputs).toEqual(['b', 'a']);
  expect(report.find(({ name }) => name === 'idle')).toEqual({
    name: 'idle',
    kind: 'ReLU',
    fate: 'dropped',
    why: 'It does not lead to the output.',
    nodes: [],
  });
});

test('an old chain is a bare list, whose first layer knows the shape', async () => {
  const first = layer('Activation', 'a', { activation: 'relu', batch_input_shape: [null, 3] });
  const { network } = await read({ class_name: 'Sequential', config: [first] });
  expect(network.nodes).toMatchObject([
    { name: 'a_input', shape: [3] },
    { name: 'a', op: 'relu' },
  ]);
});

test('a chain without an input layer takes the shape it was built with', async () => {
  const config = { name: 'c', layers: [layer('ReLU', 'a')], build_input_shape: [null, 4] };
  const { network } = await read({ class_name: 'Sequential', config });
  expect(network.nodes[0]).toMatchObject({ name: 'a_input', shape: [4] });
});

test('models in models are dissolved, and their names lead their layers', async () => {
  const inner = {
    ...chain(layer('ReLU', 'a')),
    name: 'inner',
    config: { name: 'inner', layers: [layer('ReLU', 'a')] },
  };
  const { network, layers } = await read(chain(input(2), inner, layer('ReLU', 'b')));
  expect(network.nodes.map(({ name, inputs }) => [name, ...inputs])).toEqual([
    ['input'],
    ['inner/a', 'input'],
    ['b', 'inner/a'],
  ]);
  expect(layers.map(({ name, fate }) => `${name}: ${fate}`)).toEqual([
    'input: kept',
    'inner/a: kept',
    'b: kept',
    'inner/a_input: dropped',
    'inner: replaced',
  ]);
});

test('graphs that are no network of one input and one output are refused', async () => {
  const relu = layer('ReLU', 'a', {}, ['input']);
  const table: [object, string][] = [
    [graph(['a', 'input'], input(2), relu), 'the network must have one output: ["a","input"]'],
    [graph([], input(2), relu), 'the network must have one output: []'],
    [
      { class_name: 'Model', config: { layers: [input(2), relu], output_layers: [['a', 0, 0]] } },
      'must have one input: []',
    ],
    [graph(['a'], input(2), layer('ReLU', 'a', {}, ['gone'])), "every input must be a layer: 'gone'"],
    [
      graph(['a'], input(2), layer('ReLU', 'a', {}, ['b']), layer('ReLU', 'b', {}, ['a'])),
      'it must not lead back to itself',
    ],
    [graph(['a'], input(2), relu, relu), "layer 'a': its name must be unique: a"],
    [graph(['a'], input(2), layer('ReLU', 'a', {}, ['input', 'input'])), "layer 'a': it must read one layer: 2"],
    [graph(['a'], input(null, null, 3), relu), 'the shape of the input must be known'],
    [graph(['a'], input(1e5, 1e5), relu), 'the input must have at most 67108864 values'],
    [chain(), 'a model must list its layers: []'],
    [{ class_name: 'Sequential' }, 'config must be an object: undefined'],
    [chain({ class_name: 'ReLU', config: {} }), 'name must be text: undefined'],
    [
      chain(
        layer('Conv2D', 'a', { data_format: 'channels_first', batch_input_shape: [null, 2, 2, 2] }),
        layer('MaxPooling2D', 'b', { data_format: 'channels_last' }),
      ),
      'its layers must share one data_format: channels_first, channels_last',
    ],
  ];
  for (const [model, message] of table) await expect(read(model), message).rejects.toThrow(message);
});

test('models in models must be called once, and not lie too deep', async () => {
  const inner = { class_name: 'Sequential', name: 'inner', config: { name: 'inner', layers: [layer('ReLU', 'a')] } };
  const call = [['input', 0, 0, {}]];
  const twice = graph(['inner'], input(2), { ...inner, inbound_nodes: [call, call] });
  await expect(read(twice)).rejects.toThrow('a model in a model must be called once and have one output');
  let deep = chain(layer('ReLU', 'a'));
  for (let depth = 0; depth < 20; depth++) {
    deep = { class_name: 'Sequential', config: { name: `m${depth}`, layers: [deep] } };
  }
  await expect(read(deep)).rejects.toThrow('models may lie 16 deep in one another');
});

test('a layer whose output is too large is refused', async () => {
  const doubled = Array.from({ length: 12 }, (_, index) => {
    const from = index === 0 ? 'input' : `c${index - 1}`;
    return layer('Concatenate', `c${index}`, {}, [from, from]);
  });
  // 2^18 values, doubled 12 times.
  await expect(read(graph(['c11'], input(512, 512, 1), ...doubled))).rejects.toThrow('at most 268435456 values');
});

test('readKerasWeights() refuses an architecture that is no JSON object', async () => {
  const weights = fixture('nested.weights.h5');
  await expect(readKerasWeights('{', weights)).rejects.toThrow('the architecture must be JSON: {');
  await expect(readKerasWeights('[]', weights)).rejects.toThrow('the architecture must be an object: []');
  await expect(readKerasWeights([], weights)).rejects.toThrow('the architecture must be JSON: []');
});
