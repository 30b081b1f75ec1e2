import {
  type Batch,
  type Calibration,
  type Converter,
  type Dense,
  type Network,
  type Node,
  type NodeBase,
  referenceEngine,
  type Tensor,
} from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import { tinyBatch } from '@spikewright/testkit';

export const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
  shape,
  data: Float32Array.from(values),
});

export const network = (...nodes: Node[]): Network => ({ format: 1, nodes, meta: {} });
export const input = (...shape: number[]): Node => ({ op: 'input', name: 'input', inputs: [], shape });
export const relu = (name: string, from: string): Node => ({ op: 'relu', name, inputs: [from] });
export const add = (name: string, ...inputs: string[]): Node => ({ op: 'add', name, inputs });

/** A dense node; rows are inputs. */
export function dense(name: string, from: string, rows: readonly (readonly number[])[], bias?: number[]): Dense {
  const kernel = tensor([rows.length, rows[0].length], rows.flat());
  return { op: 'dense', name, inputs: [from], kernel, ...(bias && { bias: tensor([bias.length], bias) }) };
}

export function batch(...samples: readonly (readonly number[])[]): Batch {
  return {
    size: samples.length,
    data: Float32Array.from(samples.flat()),
    indices: Uint32Array.from(samples, (_, place) => place),
  };
}

export function calibration(...batches: readonly Batch[]): Calibration {
  return {
    engine: referenceEngine(),
    async *batches() {
      yield* batches;
    },
  };
}

/** Converts with samples as calibration data. */
export const convert = (converter: Converter, ann: Network, ...batches: readonly Batch[]): Promise<Network> =>
  converter.convert(ann, calibration(...batches));

export function find<Op extends Node['op']>(whole: Network, name: string, op: Op): Extract<Node, { op: Op }> {
  const node = whole.nodes.find((one: NodeBase) => one.name === name);
  if (node?.op !== op) throw new Error(`'${name}' must be a ${op}: ${node?.op}`);
  return node as Extract<Node, { op: Op }>;
}

/** The numbers of a node's kernel. */
export const weights = (whole: Network, name: string): number[] => [...find(whole, name, 'dense').kernel.data];

/** What an ANN gives for samples. */
export async function outputs(ann: Network, samples: Batch): Promise<number[]> {
  return [...(await (await referenceEngine().compile(ann)).infer(samples))];
}

/** An ANN with its batch norms folded, and samples for it. */
export async function folded(ann: Network): Promise<{ ann: Network; samples: Batch }> {
  const samples = tinyBatch(ann, 8, 3);
  return { ann: await convert(foldBatchNorm(), ann), samples };
}

/** The L4 norm of the weights of each output of a convolution or dense node. */
export function norms({ kernel }: Extract<Node, { op: 'conv2d' | 'dense' }>, p = 4): number[] {
  const outputs = kernel.shape.at(-1)!;
  const sums = new Array<number>(outputs).fill(0);
  kernel.data.forEach((weight, i) => {
    sums[i % outputs] += Math.abs(weight) ** p;
  });
  return sums.map((sum) => sum ** (1 / p));
}

/** The error that work rejects with; fails if there is none. */
export async function rejection(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
