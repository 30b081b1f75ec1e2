import { argmax, type Calibration, type Network } from '@spikewright/snn-core';

/** How many samples of the calibration data two ANNs give the same answer to. */
export async function agreement(
  before: Network,
  after: Network,
  { batches, engine }: Calibration,
): Promise<{ readonly same: number; readonly samples: number }> {
  const programs = await Promise.all([before, after].map((network) => engine.compile(network)));
  let [same, samples] = [0, 0];
  try {
    for await (const batch of batches()) {
      const [ours, theirs] = await Promise.all(programs.map((program) => program.infer(batch)));
      const classes = ours.length / batch.size;
      for (let from = 0; from < ours.length; from += classes) {
        const [a, b] = [ours, theirs].map((outputs) => argmax(outputs.subarray(from, from + classes)));
        if (a === b) same += 1;
      }
      samples += batch.size;
    }
  } finally {
    for (const program of programs) program.dispose();
  }
  if (samples === 0) throw new RangeError('Cannot compare answers: calibration must hold at least 1 sample: 0 given');
  return { same, samples };
}
