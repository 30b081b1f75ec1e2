import {
  type Batch,
  type Calibration,
  type Converter,
  type Dense,
  direct,
  type Engine,
  type Network,
  type Node,
  type NodeBase,
  referenceEngine,
  type Tensor,
} from '@spikewright/snn-core';

export const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
  shape,
  data: Float32Array.from(values),
});

export const network = (...nodes: Node[]): Network => ({ format: 1, nodes, meta: {} });
export const input = (...shape: number[]): Node => ({ op: 'input', name: 'input', inputs: [], shape });
export const relu = (name: string, from: string): Node => ({ op: 'relu', name, inputs: [from] });

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

export function calibrationOf(engine: Engine, ...batches: readonly Batch[]): Calibration {
  return {
    engine,
    async *batches() {
      yield* batches;
    },
  };
}

/** Samples as calibration data, on the reference engine. */
export const calibration = (...batches: readonly Batch[]): Calibration => calibrationOf(referenceEngine(), ...batches);

/** Converts with samples as calibration data. */
export const convert = (converter: Converter, ann: Network, ...batches: readonly Batch[]): Promise<Network> =>
  converter.convert(ann, calibration(...batches));

export function find<Op extends Node['op']>(whole: Network, name: string, op: Op): Extract<Node, { op: Op }> {
  const node = whole.nodes.find((one: NodeBase) => one.name === name);
  if (node?.op !== op) throw new Error(`'${name}' must be a ${op}: ${node?.op}`);
  return node as Extract<Node, { op: Op }>;
}

/** The error that work rejects with; fails if there is none. */
export async function rejection(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** Sample, step, spikes of each layer, scores. */
type Step = [number, number, number[][], number[]];

/** Every spike and score of a network, step by step, on an engine. */
export async function traceOf(engine: Engine, whole: Network, data: Batch, steps: number): Promise<Step[]> {
  const neurons = whole.nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
  const program = await engine.compile(whole);
  const trace: Step[] = [];
  for await (const frame of program.run(data, { steps, encoder: direct(), seed: 0 })) {
    for (let row = 0; row < frame.rows; row++) {
      const spikes = neurons.map((name) => [...frame.spikes(name, row)]);
      trace.push([frame.sampleOf(row), frame.stepOf(row), spikes, [...frame.scores(row)]]);
    }
  }
  program.dispose();
  return trace.sort(([sample, step], [other, later]) => sample - other || step - later);
}
