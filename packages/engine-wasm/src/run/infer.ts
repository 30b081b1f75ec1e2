import type { Batch, Compiled, Conv2d, Dense, Observe } from '@spikewright/snn-core';
import { elements } from '@spikewright/snn-core';
import type { Machine } from '../load-kernels.js';
import { takeOutPadding } from '../plan/value-operations.js';
import { type ValuesLayer, writeValues } from '../plan/write-values.js';

/** An ANN made ready for passes: convolutions and matrix products by kernels in 32-bit floats. */
export interface Forwarder {
  infer(batch: Batch, observe: Observe | undefined): Float32Array;
}

interface Weights {
  readonly layer: ValuesLayer;
  readonly input: number;
}

/** Packs the weights of an ANN. */
export function makeForwarder(machine: Machine, compiled: Compiled): Forwarder {
  const { network, shapes } = compiled;
  const size = (name: string): number => elements(shapes.get(name)!);
  const outputs = new Map(network.nodes.map(({ name }) => [name, new Float64Array(size(name))]));
  const weighted = network.nodes.filter((node): node is Conv2d | Dense => node.op === 'conv2d' || node.op === 'dense');
  const input = machine.arena.take(4 * Math.max(0, ...weighted.map((node) => size(node.inputs[0]))));
  const layers = new Map<string, Weights>(
    weighted.map((node) => [node.name, { layer: writeValues(machine, node, compiled, 'float'), input }]),
  );
  const compute = (name: string, inputs: readonly string[]): void => {
    const weights = layers.get(name);
    const read = inputs.map((from) => outputs.get(from)!);
    const output = outputs.get(name)!;
    if (weights) multiply(machine, weights, read[0], output, shapes.get(name)!.at(-1)!);
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

function multiply(
  { arena }: Machine,
  { layer, input }: Weights,
  from: Float64Array,
  to: Float64Array,
  channels: number,
): void {
  arena.floats(input, from.length).set(from);
  layer.run(input);
  const length = (to.length / channels) * layer.pitch;
  takeOutPadding(arena.floats(layer.output, length), layer.pitch, to, channels);
}
