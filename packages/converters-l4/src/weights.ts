import type { Tensor, Weighted } from '@spikewright/snn-core';

/** Receives a weight, and the places on the last axes of the values that it joins. */
export type Visit = (weight: number, input: number, output: number) => void;

/** Visits every weight of a node, in the order of its kernel. A `scale` has one weight for each of its outputs. */
export function eachWeight(node: Weighted, inputs: number, outputs: number, visit: Visit): void {
  if (node.op === 'scale') {
    const { data } = node.factor;
    for (let c = 0; c < outputs; c++) visit(data[c % data.length], c, c);
    return;
  }
  const groups = node.op === 'dense' ? 1 : node.groups;
  const [groupInputs, groupOutputs] = [inputs / groups, outputs / groups];
  node.kernel.data.forEach((weight, i) => {
    const output = i % outputs;
    const row = Math.floor(i / outputs) % groupInputs;
    visit(weight, Math.floor(output / groupOutputs) * groupInputs + row, output);
  });
}

/** Divides what a node reads by factors, and multiplies what it puts out by others: one a place of the last axis. */
export function rescale(node: Weighted, reads: Float64Array, makes: Float64Array): Weighted {
  if (reads.every((factor) => factor === 1) && makes.every((factor) => factor === 1)) return node;
  const data: number[] = [];
  eachWeight(node, reads.length, makes.length, (weight, input, output) => {
    data.push((weight * makes[output]) / reads[input]);
  });
  const bias = node.bias && { bias: vector(makes.map((factor, c) => factor * valueAt(node.bias!, c))) };
  if (node.op === 'scale') return { ...node, factor: vector(data), ...bias };
  return { ...node, kernel: { ...node.kernel, data: Float32Array.from(data) }, ...bias };
}

/** A scalar is the value of every channel. */
const valueAt = ({ data }: Tensor, channel: number): number => data[channel % data.length];

const vector = (values: ArrayLike<number>): Tensor => ({ shape: [values.length], data: Float32Array.from(values) });
