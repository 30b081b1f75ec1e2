import {
  type Batch,
  type Calibration,
  type Converter,
  type Dense,
  type Encoder,
  type Network,
  type Node,
  referenceEngine,
  type Tensor,
} from '@spikewright/snn-core';

export const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
  shape,
  data: Float32Array.from(values),
});

export const network = (...nodes: Node[]): Network => ({ format: 1, nodes, meta: {} });
export const input = (...shape: number[]): Node => ({ op: 'input', name: 'input', inputs: [], shape });
export const plain = (
  op: 'relu' | 'flatten' | 'add' | 'concat' | 'globalAvgPool' | 'softmax',
  name: string,
  ...inputs: string[]
): Node => ({ op, name, inputs });

/** A dense node; rows are inputs. */
export function dense(name: string, from: string, rows: readonly (readonly number[])[], bias?: number[]): Dense {
  const kernel = tensor([rows.length, rows[0].length], rows.flat());
  return { op: 'dense', name, inputs: [from], kernel, ...(bias && { bias: tensor([bias.length], bias) }) };
}

/** Mean of pairs along the first axis. */
export const pairs = (name: string, from: string): Node => ({
  op: 'avgPool2d',
  name,
  inputs: [from],
  size: [2, 1],
  strides: [2, 1],
  padding: 'valid',
});

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

export function find<Op extends Node['op']>(whole: Network, name: string, op: Op): Extract<Node, { op: Op }> {
  const node = whole.nodes.find((one) => one.name === name);
  if (node?.op !== op) throw new Error(`'${name}' must be a ${op}: ${node?.op}`);
  return node as Extract<Node, { op: Op }>;
}

export const kernel = (whole: Network, name: string): number[] => [...find(whole, name, 'dense').kernel.data];
export const bias = (whole: Network, name: string): number[] => [...(find(whole, name, 'dense').bias?.data ?? [])];
export const threshold = (whole: Network, name: string): number[] => [...find(whole, name, 'neuron').threshold.data];

/** The error that work rejects with; fails if there is none. */
export async function rejection(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

interface Running {
  readonly steps: number;
  readonly encoder: Encoder;
  readonly executor?: 'step' | 'count';
}

/** The spikes of every neuron in the whole run, by sample, and the scores. */
export async function run(
  spiking: Network,
  data: Batch,
  { steps, encoder, executor = 'step' }: Running,
): Promise<{ spikes: (node: string) => number[][]; scores: number[][] }> {
  const names = spiking.nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
  const sent = new Map(names.map((name): [string, number[][]] => [name, []]));
  const scores: number[][] = [];
  const program = await referenceEngine({ executor }).compile(spiking);
  for await (const frame of program.run(data, { steps, encoder, seed: 0 })) {
    for (let row = 0; row < frame.rows; row++) {
      const sample = frame.sampleOf(row);
      scores[sample] = [...frame.scores(row)];
      for (const [name, samples] of sent) {
        const spikes = frame.spikes(name, row);
        samples[sample] = Array.from(spikes, (spike, i) => spike + (samples[sample]?.[i] ?? 0));
      }
    }
  }
  return { spikes: (node) => sent.get(node)!, scores };
}
