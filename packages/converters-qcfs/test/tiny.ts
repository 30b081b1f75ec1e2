import {
  type Batch,
  type Calibration,
  type Converter,
  type Dense,
  direct,
  type Encoder,
  type Engine,
  type Network,
  type Node,
  type Qcfs,
  referenceEngine,
  type Tensor,
} from '@spikewright/snn-core';

export const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
  shape,
  data: Float32Array.from(values),
});

export const network = (...nodes: Node[]): Network => ({ format: 1, nodes, meta: {} });
export const input = (...shape: number[]): Node => ({ op: 'input', name: 'input', inputs: [], shape });
export const activation = (name: string, from: string, lambda: number, levels: number): Qcfs => ({
  op: 'qcfs',
  name,
  inputs: [from],
  lambda,
  levels,
});

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

/** The error that work rejects with; fails if there is none. */
export async function rejection(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** The output of every node for each sample of an ANN pass. */
export async function activations(ann: Network, data: Batch): Promise<(node: string) => number[][]> {
  const seen = new Map<string, number[][]>(ann.nodes.map(({ name }) => [name, []]));
  const program = await referenceEngine().compile(ann);
  await program.infer(data, (node, values) => seen.get(node)!.push(Array.from(values)));
  return (node) => seen.get(node)!;
}

/** Puts the rows of a table in, whatever the image is. */
export const table = (...rows: number[][]): Encoder => ({
  role: 'encoder',
  spec: 1,
  name: 'table',
  options: {},
  output: 'spikes',
  start: () => (_image, _sample, step, into) => into.set(rows[step - 1]),
});

interface Running {
  readonly steps: number;
  readonly encoder?: Encoder;
  readonly engine?: Engine;
}

interface Run {
  /** By sample and step: the spikes of a node's neurons. */
  trains(node: string): number[][][];
  /** By sample: the spikes of each neuron in the whole run. */
  counts(node: string): number[][];
  readonly scores: number[][];
}

/** Runs a spiking network with direct coding, and keeps its spikes. */
export async function run(spiking: Network, data: Batch, running: Running): Promise<Run> {
  const { steps, encoder = direct(), engine = referenceEngine() } = running;
  const names = spiking.nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
  const sent = new Map(
    names.map((name): [string, number[][][]] => [name, Array.from({ length: data.size }, () => [])]),
  );
  const scores: number[][] = [];
  const program = await engine.compile(spiking);
  for await (const frame of program.run(data, { steps, encoder, seed: 0 })) {
    for (let row = 0; row < frame.rows; row++) {
      scores[frame.sampleOf(row)] = [...frame.scores(row)];
      for (const [name, samples] of sent) samples[frame.sampleOf(row)].push([...frame.spikes(name, row)]);
    }
  }
  program.dispose();
  const trains = (node: string): number[][][] => sent.get(node)!;
  const counts = (node: string): number[][] =>
    trains(node).map((sample) => sample[0].map((_, i) => sample.reduce((sum, spikes) => sum + spikes[i], 0)));
  return { trains, counts, scores };
}
