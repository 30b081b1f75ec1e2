import { type Batch, type Encoder, isWeighted, type Network, type Program } from '@spikewright/snn-core';

/** What to run, and after which step each sample is stopped. */
export interface TraceOptions {
  readonly steps: number;
  readonly encoder: Encoder;
  readonly stopAfter?: (sample: number) => number;
  readonly dropout?: number;
  readonly firstStop?: number | undefined;
}

/** Writes down all that the frames of a run show, by sample and step: text that is the same only if every bit is. */
export async function trace(program: Program, batch: Batch, options: TraceOptions): Promise<Map<string, string>> {
  const { steps, encoder, stopAfter = () => steps, dropout = 0, firstStop } = options;
  const seen = new Map<string, string>();
  for await (const frame of program.run(batch, { steps, encoder, seed: 3, dropout, ...(firstStop && { firstStop }) })) {
    for (let row = 0; row < frame.rows; row++) {
      const [sample, step] = [frame.sampleOf(row), frame.stepOf(row)];
      const key = `sample ${sample}, step ${step}`;
      if (seen.has(key)) throw new Error(`Cannot trace run: a step must be shown once: ${key}`);
      seen.set(key, show(program.network, frame, row));
      if (step >= stopAfter(sample)) frame.stop(row);
    }
  }
  return new Map([...seen].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Frame = Program extends { run(...given: never[]): infer Frames }
  ? Frames extends Iterable<infer One> | AsyncIterable<infer One>
    ? One
    : never
  : never;

function show({ nodes }: Network, frame: Frame, row: number): string {
  const parts = [`scores ${Array.from(frame.scores(row)).join(' ')}`];
  for (const node of nodes) {
    if (node.op === 'neuron') {
      const spikes = frame.spikes(node.name, row);
      const count = frame.spikeCount?.(node.name, row) ?? spikes.reduce((sum, spike) => sum + Math.abs(spike), 0);
      parts.push(`${node.name} ${count}: ${spikes.join('')}`);
    }
    if (isWeighted(node)) {
      const { accumulates, multiplyAccumulates } = frame.operations(node.name, row);
      parts.push(`${node.name} ${accumulates} ${multiplyAccumulates}`);
    }
  }
  return parts.join('\n');
}
