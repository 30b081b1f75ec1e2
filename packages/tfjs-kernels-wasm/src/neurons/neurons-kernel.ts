import {
  engine,
  type GradConfig,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { requireFloats, requireWhole } from '../fused/checks.js';
import { addressOf } from '../fused/kernel-module.js';
import { withRoom } from '../fused/room.js';
import type { KernelArguments } from '../wasm-kernel.js';
import { neuronModule } from './kernels.js';

/** `{current, threshold, initial}`: gives `[spikes]`, or `[spikes, potentials]` where the attribute `potentials` is true. */
export const NEURONS = 'SpikingNeurons';
/** The same inputs with `dSpikes` and perhaps `dPotentials`: gives `[dCurrent]`, or `[dCurrent, dInitial]`. */
export const NEURONS_GRADIENT = 'SpikingNeuronsGrad';

const sizeOf = ({ shape }: TensorInfo): number => shape.reduce((product, size) => product * size, 1);

/** Attributes as one number, bit by bit as in assembly/spiking-neurons.ts. */
const modeOf = ({ reset, fires, surrogate, detachReset }: NamedAttrMap): number =>
  Number(reset === 'zero') +
  2 * Number(fires === '>') +
  4 * Number(surrogate === 'arctan') +
  8 * Number(detachReset === true);

/** How many steps; every input must be as large as it will be read. */
function stepsOf(kernel: string, { inputs, attrs }: KernelArguments): number {
  const { current, threshold, initial, ...gradients } = inputs;
  const steps = requireWhole(kernel, 'steps', attrs.steps);
  for (const [name, tensor] of Object.entries(inputs)) requireFloats(kernel, name, tensor);
  for (const [name, tensor] of Object.entries(gradients)) requireFloats(kernel, name, tensor, current.shape);
  if (current.shape[0] % steps !== 0) {
    throw new TypeError(
      `Cannot run ${kernel}: the rows of current must be those of ${steps} steps: ${current.shape[0]}`,
    );
  }
  for (const [name, table] of Object.entries({ threshold, initial })) {
    if (sizeOf(table) > 0 && (sizeOf(current) / steps) % sizeOf(table) === 0) continue;
    throw new TypeError(`Cannot run ${kernel}: ${name} must spread over the neurons of a step: [${table.shape}]`);
  }
  return steps;
}

/** What both directions are told of a layer. */
function layerOf({ inputs, attrs, backend }: KernelArguments, steps: number): number[] {
  const { current, threshold, initial } = inputs;
  return [
    ...[addressOf(backend, current), steps, sizeOf(current) / steps],
    ...[addressOf(backend, threshold), sizeOf(threshold), addressOf(backend, initial), sizeOf(initial)],
    ...[attrs.leak as number, modeOf(attrs)],
  ];
}

/** All steps of a layer, in one pass. */
export function neuronsKernel(parameters: KernelArguments): TensorInfo[] {
  const { inputs, attrs, backend } = parameters;
  const { shape } = inputs.current;
  const steps = stepsOf(NEURONS, parameters);
  const outputs = (attrs.potentials ? [shape, shape] : [shape]).map((size) => backend.makeOutput(size, 'float32'));
  const [spikes, potentials = 0] = outputs.map((output) => addressOf(backend, output));
  neuronModule.on(backend)?.neurons(...layerOf(parameters, steps), spikes, potentials);
  return outputs;
}

/** The gradients of the currents and, where it is not shared, of v(0), in one pass there and back. */
export function neuronsGradientKernel(parameters: KernelArguments): TensorInfo[] {
  const { inputs, backend } = parameters;
  const { current, initial, dSpikes, dPotentials } = inputs;
  const steps = stepsOf(NEURONS_GRADIENT, parameters);
  const own = sizeOf(initial) === sizeOf(current) / steps;
  const shapes = own ? [current.shape, initial.shape] : [current.shape];
  const outputs = shapes.map((shape) => backend.makeOutput(shape, 'float32'));
  withRoom(backend, 4 * steps, (room) => {
    const from = [dSpikes, dPotentials].map((tensor) => (tensor ? addressOf(backend, tensor) : 0));
    const [dCurrent, dInitial = 0] = outputs.map((output) => addressOf(backend, output));
    neuronModule.on(backend)?.neuronsGradient(...layerOf(parameters, steps), ...from, dCurrent, dInitial, room);
  });
  return outputs;
}

/** The gradient of `SpikingNeurons` in the currents, and in v(0) where it has a value for each neuron of each sample. */
export const neuronsGradConfig: GradConfig = {
  kernelName: NEURONS,
  inputsToSave: ['current', 'threshold', 'initial'],
  gradFunc: (gradients: Tensor | Tensor[], saved: Tensor[], attrs: NamedAttrMap) => {
    const [current, threshold, initial] = saved;
    const [dSpikes, dPotentials] = [gradients].flat();
    const inputs: NamedTensorMap = { current, threshold, initial, dSpikes };
    if (dPotentials) inputs.dPotentials = dPotentials;
    const [dCurrent, dInitial] = engine().runKernel<Tensor[]>(NEURONS_GRADIENT, inputs, attrs);
    const refuse = (input: string): Tensor => {
      throw new TypeError(`Cannot differentiate ${NEURONS}: it has no gradient for an input that is shared: ${input}`);
    };
    return {
      current: () => dCurrent,
      initial: () => dInitial ?? refuse('initial'),
      threshold: () => refuse('threshold'),
    };
  },
};
