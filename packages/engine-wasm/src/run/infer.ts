import type { Batch, Compiled, Conv2d, Dense, Observe } from '@spikewright/snn-core';
import { elements } from '@spikewright/snn-core';
import type { Machine } from '../machine/start-machine.js';
import { writeValues } from '../plan/write-values.js';

/** An ANN made ready for passes: convolutions and matrix products by kernels in 32-bit floats. */
export interface Forwarder {
  infer(batch: Batch, observe: Observe | undefined): Float32Array;
}

/** Where the kernels read and write, and what they are told. */
interface Weights {
  readonly record: number;
  readonly input: number;
  readonly output: number;
}

/** Packs the weights of an ANN. */
export function makeForwarder(machine: Machine, compiled: Compiled): Forwarder {
  const { network, shapes } = compiled;
  const outputs = new Map(network.nodes.map(({ name }) => [name, new Float64Array(elements(shapes.get(name)!))]));
  const layers = writeLayers(machine, compiled);
  const compute = (name: string, inputs: readonly string[]): void => {
    const weights = layers.get(name);
    const read = inputs.map((from) => outputs.get(from)!);
    const output = outputs.get(name)!;
    if (weights) multiply(machine, weights, read[0], output);
    else compiled.forward.get(name)!(read, output, 1);
  };
  return {
    infer: (batch, observe) => {
      const readout = outputs.get(compiled.readout.name)!;
      const result = new Float32Array(batch.size * readout.length);
      for (let sample = 0; sample < batch.size; sample++) {
        for (const { name, op, inputs } of network.nodes) {
          const output = outputs.get(name)!;
          if (op === 'input') output.set(batch.data.subarray(sample * output.length, (sample + 1) * output.length));
          else compute(name, inputs);
          observe?.(name, output, sample);
        }
        result.set(readout, sample * readout.length);
      }
      return result;
    },
  };
}

/** All layers read from one place and write to another, one after the other. */
function writeLayers({ arena }: Machine, compiled: Compiled): ReadonlyMap<string, Weights> {
  const { network, shapes } = compiled;
  const weighted = network.nodes.filter((node): node is Conv2d | Dense => node.op === 'conv2d' || node.op === 'dense');
  const room = (names: readonly string[]): number =>
    arena.take(4 * Math.max(0, ...names.map((name) => elements(shapes.get(name)!))));
  const input = room(weighted.map(({ inputs }) => inputs[0]));
  const output = room(weighted.map(({ name }) => name));
  const at = (address: number) => ({ address, stepBytes: 0 });
  return new Map(
    weighted.map((node) => {
      const layer = writeValues(arena, node, compiled, 'float');
      return [node.name, { record: layer.record(at(input), at(output), ALONE), input, output }];
    }),
  );
}

const ALONE = { lane: 0, part: 0, parts: 1, abreast: false };

function multiply({ arena, kernels }: Machine, weights: Weights, from: Float64Array, to: Float64Array): void {
  arena.floats(weights.input, from.length).set(from);
  kernels.convolveFloat(weights.record, 1);
  to.set(arena.floats(weights.output, to.length));
}
