import {
  type GradConfig,
  pad,
  reshape,
  reverse,
  slice,
  split,
  sum,
  type Tensor,
  transpose,
  unstack,
} from '@tensorflow/tfjs-core';
import { byIndex, ofInput, sumTo } from './gradient.js';

const likeInput = (dy: Tensor, x: Tensor): Tensor => reshape(dy, x.shape);

/** Gradients of kernels that move elements about. */
export const shapeGradients: readonly GradConfig[] = [
  ofInput('Reshape', likeInput),
  {
    kernelName: 'ExpandDims',
    inputsToSave: ['input'],
    gradFunc: (dy, [input]) => ({ input: () => likeInput(dy as Tensor, input) }),
  },
  ofInput('BroadcastTo', (dy, x) => sumTo(x.shape, dy)),
  ofInput('Tile', sumOfTiles),
  ofInput('Reverse', (dy, _x, { dims }) => reverse(dy, dims as number[])),
  ofInput('Transpose', (dy, _x, { perm }) => transpose(dy, inverse(perm as number[]))),
  ofInput('PadV2', (dy, x, { paddings }) =>
    slice(
      dy,
      (paddings as number[][]).map(([before]) => before),
      x.shape,
    ),
  ),
  ofInput('Slice', (dy, x, { begin }) => {
    const start = [begin as number | number[]].flat();
    return pad(
      dy,
      x.shape.map((size, axis) => [start[axis] ?? 0, size - dy.shape[axis] - (start[axis] ?? 0)]),
    );
  }),
  {
    kernelName: 'Concat',
    saveAllInputs: true,
    gradFunc: (dy, saved, { axis }) => {
      const along = (axis as number) < 0 ? saved[0].rank + (axis as number) : (axis as number);
      const parts = split(
        dy as Tensor,
        saved.map(({ shape }) => shape[along]),
        along,
      );
      return byIndex(parts.map((part) => () => part));
    },
  },
  {
    kernelName: 'Pack',
    saveAllInputs: true,
    gradFunc: (dy, _saved, { axis }) => byIndex(unstack(dy as Tensor, axis as number).map((part) => () => part)),
  },
];

/** Splits every axis into (copies, size) and sums over the copies. */
function sumOfTiles(dy: Tensor, x: Tensor): Tensor {
  const copies = x.shape.flatMap((size, axis) => [size === 0 ? 1 : dy.shape[axis] / size, size]);
  return sum(
    reshape(dy, copies),
    x.shape.map((_, axis) => 2 * axis),
  );
}

const inverse = (perm: readonly number[]): number[] => perm.map((_, axis) => perm.indexOf(axis));
