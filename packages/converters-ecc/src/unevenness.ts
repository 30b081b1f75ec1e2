import { argmax, type Batch, type Network, type RunOptions, referenceEngine } from '@spikewright/snn-core';

/** How far the step executor is from the count executor. */
export interface Unevenness {
  /** The share of samples, 0 to 1, that both give the same answer. */
  readonly sameAnswers: number;
  /** By neuron node: the difference of the two counts of a neuron, `|step - count|`, on average over neurons and samples. */
  readonly spikes: Readonly<Record<string, number>>;
}

/**
 * Measures the unevenness error of a spiking network: the difference between spikes that arrive in time, as hardware sends
 * them (`step`), and whole counts (`count`), which is how the authors' tool of ECC computes.
 *
 * @throws TypeError for neurons that cannot be counted (reset to 0, leak), and what running throws
 */
export async function unevenness(network: Network, batch: Batch, options: RunOptions): Promise<Unevenness> {
  const step = await countSpikes('step', network, batch, options);
  const count = await countSpikes('count', network, batch, options);
  const same = step.answers.filter((answer, sample) => answer === count.answers[sample]).length;
  const spikes = [...step.counts].map(([name, samples]): [string, number] => {
    const differences = samples.flatMap((counts, sample) =>
      Array.from(counts, (spikes, i) => Math.abs(spikes - count.counts.get(name)![sample][i])),
    );
    return [name, differences.reduce((sum, difference) => sum + difference, 0) / differences.length];
  });
  return { sameAnswers: same / batch.size, spikes: Object.fromEntries(spikes) };
}

interface Counted {
  readonly answers: readonly number[];
  /** By neuron node and sample: the spikes of each neuron. */
  readonly counts: ReadonlyMap<string, readonly Int32Array[]>;
}

async function countSpikes(
  executor: 'step' | 'count',
  network: Network,
  batch: Batch,
  options: RunOptions,
): Promise<Counted> {
  const names = network.nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
  const counts = new Map(names.map((name): [string, Int32Array[]] => [name, []]));
  const answers: number[] = [];
  const program = await referenceEngine({ executor }).compile(network);
  for await (const frame of program.run(batch, { ...options, firstStop: options.steps })) {
    for (let row = 0; row < frame.rows; row++) {
      const sample = frame.sampleOf(row);
      answers[sample] = argmax(frame.scores(row));
      for (const [name, samples] of counts) {
        const sent = frame.spikes(name, row);
        samples[sample] ??= new Int32Array(sent.length);
        for (let i = 0; i < sent.length; i++) samples[sample][i] += sent[i];
      }
    }
  }
  program.dispose();
  return { answers, counts };
}
