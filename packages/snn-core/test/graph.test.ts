import { checkNetwork, consumers, elements, type Network, rewriteNodes, upTo, withNotes } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { input, network, plain, scale } from './builders.js';

const diamond: Network = network(
  input(2),
  plain('relu', 'left', 'input'),
  plain('relu', 'right', 'input'),
  plain('add', 'sum', 'left', 'right'),
  plain('relu', 'out', 'sum'),
);
const wires = ({ nodes }: Network): string[] => nodes.map(({ name, inputs }) => `${name} <- ${inputs.join(' ')}`);

test('elements multiplies sizes', () => {
  expect([elements([]), elements([3]), elements([2, 3, 4])]).toEqual([1, 3, 24]);
});

test('consumers lists the readers of every node, one that reads twice twice', () => {
  const twice = network(...diamond.nodes, plain('concat', 'both', 'out', 'out'));
  expect(Object.fromEntries(consumers(twice))).toEqual({
    input: ['left', 'right'],
    left: ['sum'],
    right: ['sum'],
    sum: ['out'],
    out: ['both', 'both'],
    both: [],
  });
});

test('rewriteNodes keeps what is returned as it is', () => {
  expect(rewriteNodes(diamond, (node) => [node])).toEqual(diamond);
});

test('rewriteNodes lets readers of a removed node read its first input', () => {
  // Two in a row: right and sum.
  const less = rewriteNodes(diamond, (node) => (node.name === 'right' || node.name === 'sum' ? [] : [node]));
  expect(wires(less)).toEqual(['input <- ', 'left <- input', 'out <- left']);
});

test('rewriteNodes lets readers read the last of the nodes that take the place of one', () => {
  const more = rewriteNodes(diamond, (node) =>
    node.name === 'sum' ? [{ ...node, name: 'sum/a' }, scale('sum/b', 'sum/a', [2])] : [node],
  );
  expect(wires(more).slice(3)).toEqual(['sum/a <- left right', 'sum/b <- sum/a', 'out <- sum/b']);
});

test('rewriteNodes lets readers read the node that keeps its name, whatever stands beside it', () => {
  const more = rewriteNodes(diamond, (node) => {
    if (node.name !== 'sum') return [node];
    return [scale('left/scaled', 'left', [2]), { ...node, inputs: ['left/scaled', 'right'] }];
  });
  expect(wires(more).slice(3)).toEqual(['left/scaled <- left', 'sum <- left/scaled right', 'out <- sum']);
});

test('rewriteNodes changes neither the network nor its nodes', () => {
  const copy = structuredClone(diamond);
  rewriteNodes(diamond, (node) => (node.name === 'left' ? [] : [node]));
  expect(diamond).toEqual(copy);
});

test('withNotes adds to the notes that are there', () => {
  const once = withNotes({ ...diamond, meta: { name: 'diamond' } }, 'first');
  expect(withNotes(once, 'second', 'third').meta).toEqual({ name: 'diamond', notes: ['first', 'second', 'third'] });
  expect(once.meta).toEqual({ name: 'diamond', notes: ['first'] });
  expect(withNotes(once)).toBe(once);
});

test('upTo cuts out what computes a node', () => {
  expect(wires(upTo(diamond, 'right'))).toEqual(['input <- ', 'right <- input']);
  expect(upTo(diamond, 'out')).toEqual(diamond);
  for (const { name } of diamond.nodes) expect(() => checkNetwork(upTo(diamond, name))).not.toThrow();
  expect(() => upTo(diamond, 'none')).toThrow(new ReferenceError("Cannot cut network: the node must exist: 'none'"));
});
