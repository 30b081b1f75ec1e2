import {
  type Batch,
  type Calibration,
  type Conv2d,
  type CutoffPolicy,
  type Dense,
  direct,
  type Encoder,
  type Engine,
  elements,
  type Frame,
  type Input,
  isWeighted,
  type Network,
  type Neuron,
  type Node,
  type Operations,
  randomStream,
  referenceEngine,
  type Scale,
  type Shape,
  type Tensor,
} from '@spikewright/snn-core';

/** The error that work throws, or rejects with; fails if there is none. */
export async function caught(work: () => unknown): Promise<Error> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`not an Error: ${error}`);
  }
  throw new Error('nothing was thrown');
}

export const tensor = (shape: Shape, values: ArrayLike<number>): Tensor => ({ shape, data: Float32Array.from(values) });
export const scalar = (value: number): Tensor => tensor([], [value]);
export const vector = (...values: number[]): Tensor => tensor([values.length], values);

export const network = (...nodes: Node[]): Network => ({ format: 1, nodes, meta: {} });
export const input = (...shape: number[]): Input => ({ op: 'input', name: 'input', inputs: [], shape });

/** A dense node; rows are inputs. */
export function dense(name: string, from: string, rows: readonly (readonly number[])[], bias?: number[]): Dense {
  const kernel = tensor([rows.length, rows[0].length], rows.flat());
  return { op: 'dense', name, inputs: [from], kernel, ...(bias && { bias: vector(...bias) }) };
}

export function conv(
  name: string,
  from: string,
  shape: Shape,
  values: ArrayLike<number>,
  changes: Partial<Conv2d> = {},
): Conv2d {
  return {
    op: 'conv2d',
    name,
    inputs: [from],
    kernel: tensor(shape, values),
    strides: [1, 1],
    padding: 'valid',
    dilation: [1, 1],
    groups: 1,
    ...changes,
  };
}

export const scale = (name: string, from: string, factor: number[], bias?: number[]): Scale => ({
  op: 'scale',
  name,
  inputs: [from],
  factor: vector(...factor),
  ...(bias && { bias: vector(...bias) }),
});

/** A node that has nothing but a name and inputs. */
export const plain = (
  op: 'relu' | 'flatten' | 'add' | 'concat' | 'globalAvgPool' | 'softmax',
  name: string,
  ...inputs: string[]
): Node => ({ op, name, inputs });

/** The plain neuron, θ = 1, v(0) = 0, but for the changes. */
export const neuron = (name: string, from: string, changes: Partial<Neuron> = {}): Neuron => ({
  op: 'neuron',
  name,
  inputs: [from],
  threshold: scalar(1),
  initial: scalar(0),
  reset: 'subtract',
  fires: '>=',
  leak: 1,
  levels: [0, 1],
  ...changes,
});

/** Unlabelled samples. */
export function batch(...samples: readonly ArrayLike<number>[]): Batch {
  return {
    size: samples.length,
    data: Float32Array.from(samples.flatMap((sample) => Array.from(sample))),
    indices: Uint32Array.from(samples, (_, place) => place),
  };
}

export const labelled = (labels: number[], ...samples: readonly ArrayLike<number>[]): Batch => ({
  ...batch(...samples),
  labels: Int32Array.from(labels),
});

export function calibration(batches: readonly Batch[], engine: Engine = referenceEngine()): Calibration {
  return {
    engine,
    async *batches() {
      yield* batches;
    },
  };
}

/** A calibration for converters that look at no data. */
export const nothing: Calibration = calibration([]);

/** An encoder that ignores the image and puts in one row of a table a step. */
export const tableEncoder = (table: readonly (readonly number[])[]): Encoder => ({
  role: 'encoder',
  spec: 1,
  name: 'table',
  options: {},
  output: 'spikes',
  start: () => (_image, _sample, step, into) => into.set(table[step - 1]),
});

/** A cutoff that stops every sample after a step. */
export const stopAfter = (step: number): CutoffPolicy => ({
  role: 'cutoff',
  spec: 1,
  name: 'stop-after',
  options: { step },
  start: () => (frame) => {
    for (let row = 0; row < frame.rows; row++) if (frame.stepOf(row) >= step) frame.stop(row);
  },
});

/** What one sample showed in one step. */
export interface Shown {
  readonly step: number;
  readonly scores: readonly number[];
  readonly spikes: Readonly<Record<string, readonly number[]>>;
  readonly operations: Readonly<Record<string, Operations>>;
}

interface TraceOptions {
  readonly steps: number;
  readonly encoder?: Encoder;
  readonly seed?: number;
  readonly engine?: Engine;
  readonly watch?: (frame: Frame) => void;
  readonly dropout?: number;
}

/** Runs a spiking network and writes down all that frames show, by sample. */
export async function trace(
  spiking: Network,
  samples: Batch,
  { steps, encoder = direct(), seed = 0, engine = referenceEngine(), watch, dropout = 0 }: TraceOptions,
): Promise<Shown[][]> {
  const program = await engine.compile(spiking);
  const neurons = spiking.nodes.filter((node) => node.op === 'neuron').map((node) => node.name);
  const weighted = spiking.nodes.filter(isWeighted).map((node) => node.name);
  const shown: Shown[][] = Array.from({ length: samples.size }, () => []);
  for await (const frame of program.run(samples, { steps, encoder, seed, dropout })) {
    for (let row = 0; row < frame.rows; row++) {
      shown[frame.sampleOf(row)].push({
        step: frame.stepOf(row),
        scores: [...frame.scores(row)],
        spikes: Object.fromEntries(neurons.map((name) => [name, [...frame.spikes(name, row)]])),
        operations: Object.fromEntries(weighted.map((name) => [name, frame.operations(name, row)])),
      });
    }
    watch?.(frame);
  }
  program.dispose();
  return shown;
}

/** The spikes of the first neuron of a node, for the first sample, step by step. */
export const train = (shown: Shown[][], node: string, place = 0): number[] =>
  shown[0].map(({ spikes }) => spikes[node][place]);

/** How often each neuron of a node fired in all, for a sample. */
export const counts = (steps: readonly Shown[], node: string): number[] =>
  steps[0].spikes[node].map((_, place) => steps.reduce((sum, { spikes }) => sum + spikes[node][place], 0));

/** One pass of an ANN. */
export async function infer(ann: Network, samples: Batch): Promise<Float32Array> {
  return (await referenceEngine().compile(ann)).infer(samples);
}

/** What every node put out for each sample, `[node]` to `[samples, values]`. */
export async function activations(ann: Network, samples: Batch): Promise<Map<string, number[][]>> {
  const seen = new Map<string, number[][]>(ann.nodes.map(({ name }) => [name, []]));
  const program = await referenceEngine().compile(ann);
  await program.infer(samples, (node, values) => seen.get(node)!.push(Array.from(values)));
  return seen;
}

/** Random multiples of 1/64 in [-reach, reach]: their sums are exact in any order. */
export function dyadic(seed: number, reach = 1): (length: number) => Float32Array {
  const random = randomStream(seed, 77);
  return (length) => Float32Array.from({ length }, () => Math.round(64 * reach * (2 * random() - 1)) / 64);
}

/** Random samples of a shape, multiples of 1/16 in [0, 1]. */
export function images(shape: Shape, size: number, seed: number): Batch {
  const random = randomStream(seed, 78);
  const image = (): number[] => Array.from({ length: elements(shape) }, () => Math.floor(random() * 17) / 16);
  return batch(...Array.from({ length: size }, image));
}
