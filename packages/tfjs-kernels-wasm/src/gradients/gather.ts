import {
  cast,
  equal,
  expandDims,
  type GradConfig,
  gather,
  maximum,
  minimum,
  mul,
  type NamedAttrMap,
  reshape,
  type Tensor,
  type Tensor1D,
  transpose,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';

/** Gradients of picking rows, and of adding rows up again. */
export const gatherGradients: readonly GradConfig[] = [
  {
    kernelName: 'GatherV2',
    inputsToSave: ['x', 'indices'],
    gradFunc: (dy, [x, indices], attrs) => ({
      x: () => scattered(dy as Tensor, x, indices, attrs),
      indices: () => indices,
    }),
  },
  {
    kernelName: 'UnsortedSegmentSum',
    inputsToSave: ['segmentIds'],
    gradFunc: (dy, [ids]) => ({ x: () => pickedUp(dy as Tensor, ids as Tensor1D), segmentIds: () => ids }),
  },
];

/** Adds each row of the gradient to the row that was picked. */
function scattered(dy: Tensor, x: Tensor, indices: Tensor, { axis = 0, batchDims = 0 }: NamedAttrMap): Tensor {
  if (batchDims !== 0) {
    throw new TypeError(`Cannot differentiate gather: it has no gradient with batch dimensions: ${batchDims}`);
  }
  const along = (axis as number) < 0 ? (axis as number) + x.rank : (axis as number);
  const rest = [...x.shape.slice(0, along), ...x.shape.slice(along + 1)];
  const byRow = reshape(dy, [...x.shape.slice(0, along), indices.size, ...x.shape.slice(along + 1)]);
  const order = [along, ...x.shape.map((_, i) => i).filter((i) => i !== along)];
  const rows = along === 0 ? byRow : transpose(byRow, order);
  const flat = reshape(cast(indices, 'int32'), [indices.size]) as Tensor1D;
  const sums = reshape(unsortedSegmentSum(rows, flat, x.shape[along]), [x.shape[along], ...rest]);
  return along === 0
    ? sums
    : transpose(
        sums,
        order.map((_, i) => order.indexOf(i)),
      );
}

/** The gradient of the sum that each row went into; 0 for rows that went into none. */
function pickedUp(dy: Tensor, ids: Tensor1D): Tensor {
  const last = dy.shape[0] - 1;
  const within = minimum(maximum(ids, 0), last);
  const rows = gather(dy, cast(within, 'int32'));
  let went: Tensor = cast(equal(ids, within), 'float32');
  while (went.rank < rows.rank) went = expandDims(went, -1);
  return mul(rows, went);
}
