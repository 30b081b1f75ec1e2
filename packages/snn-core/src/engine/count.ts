import type { Neuron } from '../network/network.js';
import { type Compiled, countOperations, requireNeuron, sizeOf } from './compiled.js';
import type { Batch, Frame, RunOptions } from './engine.js';
import { spikesAt } from './neuron.js';

/**
 * Computes whole spike counts layer by layer, as the released tool of ECC (SpKeras) does; gives one frame a sample,
 * after the whole window of T steps. There is no time inside it, so no spike comes too early or too late:
 *
 * `N = clip(floor((I + v(0)) / θ), 0, T max)`, I the input summed over the window.
 */
export function* countExecutor(compiled: Compiled, batch: Batch, options: RunOptions): Iterable<Frame> {
  for (const node of compiled.neurons.values()) requireCountable(node);
  if ((options.dropout ?? 0) > 0) throw new TypeError(`Cannot count spikes: there is no dropout: ${options.dropout}`);
  for (let sample = 0; sample < batch.size; sample++) {
    yield countFrame(compiled, sample, countOutputs(compiled, batch, sample, options), options);
  }
}

type Outputs = ReadonlyMap<string, Float64Array>;

function countOutputs(compiled: Compiled, batch: Batch, sample: number, options: RunOptions): Outputs {
  const outputs = new Map<string, Float64Array>();
  for (const node of compiled.network.nodes) {
    const output = new Float64Array(sizeOf(compiled, node.name));
    outputs.set(node.name, output);
    if (node.op === 'input') sumInput(batch, sample, options, output);
    else if (node.op === 'neuron') countSpikes(node, outputs.get(node.inputs[0])!, output, options.steps);
    else
      compiled.forward.get(node.name)!(
        node.inputs.map((name) => outputs.get(name)!),
        output,
        options.steps,
      );
  }
  return outputs;
}

/** The encoder's output summed over the window. Constant input is multiplied, so that no rounding adds up. */
function sumInput(batch: Batch, sample: number, { encoder, seed, steps }: RunOptions, sum: Float64Array): void {
  const encode = encoder.start(seed);
  const image = batch.data.subarray(sample * sum.length, (sample + 1) * sum.length);
  const step = new Float64Array(sum.length);
  const draws = encoder.output === 'constant' ? 1 : steps;
  for (let t = 1; t <= draws; t++) {
    encode(image, batch.indices[sample], t, step);
    for (let i = 0; i < sum.length; i++) sum[i] += step[i];
  }
  if (draws < steps) for (let i = 0; i < sum.length; i++) sum[i] *= steps;
}

function countSpikes(node: Neuron, input: Float64Array, output: Float64Array, steps: number): void {
  const [threshold, initial] = [node.threshold.data, node.initial.data];
  for (let i = 0; i < output.length; i++) {
    const theta = threshold[i % threshold.length];
    const v = initial[i % initial.length] * theta + input[i];
    output[i] = spikesAt(v / theta, node.fires, 0, steps * node.levels[1], 0);
  }
}

function requireCountable(node: Neuron): void {
  const { name, reset, leak, gains, delay = 0 } = node;
  if (reset === 'subtract' && leak === 1 && !gains && delay === 0) return;
  const rule = 'it must reset by subtraction, without leak, gains and delay';
  const given = `reset '${reset}', leak ${leak}, ${gains ? 'gains' : 'no gains'}, delay ${delay}`;
  throw new TypeError(`Cannot count spikes of '${name}': ${rule}: ${given}`);
}

function countFrame(compiled: Compiled, sample: number, outputs: Outputs, { encoder, steps }: RunOptions): Frame {
  const output = (name: string): Float64Array => outputs.get(name)!;
  return {
    rows: 1,
    sampleOf: () => sample,
    stepOf: () => steps,
    scores: () => output(compiled.readout.name),
    spikes: (node) => {
      requireNeuron(compiled, node);
      return Int32Array.from(output(node));
    },
    operations: (node) => {
      const { accumulates, multiplyAccumulates } = countOperations(compiled, node, { output, encoder });
      return { accumulates, multiplyAccumulates: multiplyAccumulates * steps };
    },
    stop: () => undefined,
  };
}
