import type { Batch, Program } from '../engine/engine.js';
import { withNotes } from '../network/graph.js';
import type { Network } from '../network/network.js';
import { direct } from '../plugin/encoders.js';
import type { Calibration } from '../plugin/roles.js';
import { argmax } from '../run/answers.js';
import { evaluate } from '../run/evaluate.js';

const SAMPLES = 32;
const LEAST = 0.9;

/**
 * The last thing a converter does: runs the first 32 calibration samples through the network that it was given and the one
 * that it made, on the calibration's engine with direct coding. The latter gets a note where fewer than 90 % of the
 * answers stay the same, and where there is only 1 sample.
 *
 * @param given - the ANN as the converter was given it; for a converter from spiking network to spiking network, that one
 * @param converter - its name, with which the notes begin
 * @param steps - T of the spiking networks
 */
export async function withSelfCheck(
  given: Network,
  snn: Network,
  { batches, engine }: Calibration,
  converter: string,
  steps = 64,
): Promise<Network> {
  const [before, program] = [await engine.compile(given), await engine.compile(snn)];
  let samples = 0;
  /** The samples, labelled with the answers of the network given. */
  async function* answered() {
    for await (const { size: all, data, indices } of batches()) {
      const size = Math.min(all, SAMPLES - samples);
      const batch = { size, data: data.subarray(0, (data.length / all) * size), indices: indices.subarray(0, size) };
      yield { ...batch, labels: await answersOf(before, batch, steps) };
      samples += size;
      if (samples === SAMPLES) return;
    }
  }
  try {
    const { accuracy } = await evaluate(program, answered(), { steps, encoder: direct() });
    const same = accuracy[steps - 1]!;
    const whose = isSpiking(given) ? 'their' : "the ANN's";
    const found = `${converter}: ${Math.round(same * samples)} of ${samples} calibration samples keep ${whose} answer in ${steps} steps`;
    if (samples < 2) return withNotes(snn, `${found}: give more samples`);
    return same < LEAST ? withNotes(snn, `${found}: give more steps or samples, or see the doctor`) : snn;
  } finally {
    before.dispose();
    program.dispose();
  }
}

/** What an ANN answers to each sample, or a spiking network after T steps. */
async function answersOf(program: Program, batch: Batch, steps: number): Promise<Int32Array> {
  const answers = new Int32Array(batch.size);
  if (!isSpiking(program.network)) {
    const outputs = await program.infer(batch);
    const classes = outputs.length / batch.size;
    return answers.map((_, i) => argmax(outputs.subarray(i * classes, (i + 1) * classes)));
  }
  for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 0, firstStop: steps })) {
    for (let row = 0; row < frame.rows; row++) {
      if (frame.stepOf(row) === steps) answers[frame.sampleOf(row)] = argmax(frame.scores(row));
    }
  }
  return answers;
}

const isSpiking = ({ nodes }: Network): boolean => nodes.some(({ op }) => op === 'neuron');
