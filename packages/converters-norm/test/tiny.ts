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

export const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
  shape,
  data: Float32Array.from(values),
});

export const network = (...nodes: Node[]): Network => ({ format: 1, nodes, meta: {} });
export const input = (...shape: number[]): Node => ({ op: 'input', name: 'input', inputs: [], shape });
export const relu = (name: string, from: string): Node => ({ op: 'relu', name, inputs: [from] });

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

/** The error that work rejects with; fails if there is none. */
export async function rejection(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
