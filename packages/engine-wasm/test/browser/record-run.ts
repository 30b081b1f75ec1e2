import { type Batch, direct, type Engine, type Frame, isWeighted, type Network } from '@spikewright/snn-core';

/** What a run did, in a form that survives JSON bit by bit. */
export interface RunRecord {
  readonly engine: string;
  readonly notices: readonly string[];
  readonly samples: readonly SampleRecord[];
}

/** Sums over all steps, by layer; and the scores after the last. */
interface SampleRecord {
  readonly spikes: Record<string, number>;
  readonly accumulates: Record<string, number>;
  readonly multiplyAccumulates: Record<string, number>;
  scores: number[];
}

/** Runs a network by direct coding and writes down what it does; the same code in Node and in pages. */
export async function recordRun(
  makeEngine: (onNotice: (message: string) => void) => Engine,
  network: Network,
  batch: Batch,
  steps: number,
): Promise<RunRecord> {
  const notices: string[] = [];
  const engine = makeEngine((message) => notices.push(message));
  const program = await engine.compile(network);
  const samples = Array.from(
    { length: batch.size },
    (): SampleRecord => ({ spikes: {}, accumulates: {}, multiplyAccumulates: {}, scores: [] }),
  );
  for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 0 })) {
    for (let row = 0; row < frame.rows; row++) addStep(samples[frame.sampleOf(row)], network, frame, row);
  }
  program.dispose();
  return { engine: engine.name, notices, samples };
}

function addStep(sample: SampleRecord, { nodes }: Network, frame: Frame, row: number): void {
  const count = (sums: Record<string, number>, name: string, more: number): void => {
    sums[name] = (sums[name] ?? 0) + more;
  };
  for (const node of nodes) {
    if (node.op === 'neuron') {
      const spikes = frame.spikes(node.name, row);
      count(
        sample.spikes,
        node.name,
        spikes.reduce((sum, spike) => sum + Math.abs(spike), 0),
      );
    }
    if (isWeighted(node)) {
      const { accumulates, multiplyAccumulates } = frame.operations(node.name, row);
      count(sample.accumulates, node.name, accumulates);
      count(sample.multiplyAccumulates, node.name, multiplyAccumulates);
    }
  }
  sample.scores = [...frame.scores(row)];
}
