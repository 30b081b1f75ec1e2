import { argmax, type Batch, direct, type Engine, type Network } from '@spikewright/snn-core';

/** What a network does in the long run with some samples. */
export interface LongRun {
  /** Its answers. */
  readonly answers: Int32Array;
  /** a: the spikes of every neuron, divided by the steps. */
  rates(layer: string, sample: number): Float32Array;
}

/** The same currents, met by neurons that start at θ/2 and send without delay: rates of T steps are then known to half a spike. */
export const withoutTransient = (network: Network): Network => ({
  ...network,
  nodes: network.nodes.map((node) => {
    if (node.op !== 'neuron') return node;
    const { delay: _, ...neuron } = node;
    return { ...neuron, initial: { shape: [], data: Float32Array.of(1 / 2) } };
  }),
});

/** Runs a network for many steps and keeps its rates and answers. */
export async function longRun(
  network: Network,
  layers: readonly string[],
  batches: readonly Batch[],
  { engine, steps }: { readonly engine: Engine; readonly steps: number },
): Promise<readonly LongRun[]> {
  const program = await engine.compile(network);
  const runs: LongRun[] = [];
  try {
    for (const batch of batches) {
      const answers = new Int32Array(batch.size);
      const counts = new Map(layers.map((layer) => [layer, Array.from(answers, () => new Int32Array())]));
      for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 0, firstStop: steps })) {
        for (let row = 0; row < frame.rows; row++) {
          const sample = frame.sampleOf(row);
          for (const [layer, bySample] of counts) {
            const spikes = frame.spikes(layer, row);
            if (bySample[sample].length === 0) bySample[sample] = new Int32Array(spikes.length);
            addTo(bySample[sample], spikes);
          }
          if (frame.stepOf(row) === steps) answers[sample] = argmax(frame.scores(row));
        }
      }
      runs.push({
        answers,
        rates: (layer, sample) => Float32Array.from(counts.get(layer)![sample], (count) => count / steps),
      });
    }
    return runs;
  } finally {
    program.dispose();
  }
}

function addTo(counts: Int32Array, spikes: Int32Array): void {
  for (let i = 0; i < counts.length; i++) counts[i] += spikes[i];
}
