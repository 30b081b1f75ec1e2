import type { Layer } from './graph.js';

/**
 * Gives the input of a network the shape that a Reshape makes of it at once, as in MNIST models that read 28 x 28 and
 * reshape to 28 x 28 x 1: the same numbers in the same order.
 */
export function reshapedInput(layers: readonly Layer[], channelsFirst: boolean): readonly Layer[] {
  const [input] = layers;
  const readers = layers.filter(({ inputs }) => inputs.includes(input.name));
  const target = readers[0]?.config.target_shape;
  const isReshape = readers.length === 1 && readers[0].kind === 'Reshape' && Array.isArray(target);
  const given = input.config.batch_shape ?? input.config.batch_input_shape;
  if (channelsFirst || !isReshape || !Array.isArray(given) || !Array.isArray(target)) return layers;
  const whole = (shape: readonly unknown[]): number =>
    shape.reduce<number>((product, size) => product * (typeof size === 'number' ? size : Number.NaN), 1);
  const size = whole(given.slice(1));
  const open = size / -whole(target);
  const shape = target.map((one) => (one === -1 ? open : one));
  if (target.length > 3 || whole(shape) !== size) return layers;
  return layers.map((layer) =>
    layer === input ? { ...input, config: { ...input.config, batch_shape: [null, ...shape] } } : layer,
  );
}
