import { type Batch, type Network, type Node, referenceEngine } from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import { tinyBatch } from '@spikewright/testkit';
import { convert, find } from '../../../test/hand-built.js';

export {
  batch,
  calibration,
  convert,
  dense,
  find,
  input,
  network,
  rejection,
  relu,
  tensor,
} from '../../../test/hand-built.js';

export const add = (name: string, ...inputs: string[]): Node => ({ op: 'add', name, inputs });

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
