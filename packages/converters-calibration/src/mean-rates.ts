import { type Calibration, direct, type Network, upTo } from '@spikewright/snn-core';

/**
 * The mean rate of every neuron of a layer over T steps of the calibration data, in spikes a step.
 *
 * @param layer - the name of the layer; what comes after it is not computed
 * @param steps - T
 */
export async function meanRates(
  spiking: Network,
  layer: string,
  { batches, engine }: Calibration,
  steps: number,
): Promise<Float64Array> {
  const program = await engine.compile(upTo(spiking, layer));
  let rates = new Float64Array();
  let samples = 0;
  try {
    for await (const batch of batches()) {
      for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 0, firstStop: steps })) {
        for (let row = 0; row < frame.rows; row++) {
          if (frame.stepOf(row) < steps) continue;
          // The layer is the read-out: its scores are its spikes, counted.
          const counts = frame.scores(row);
          if (rates.length === 0) rates = new Float64Array(counts.length);
          for (let i = 0; i < counts.length; i++) rates[i] += counts[i];
        }
      }
      samples += batch.size;
    }
  } finally {
    program.dispose();
  }
  return rates.map((count) => count / (samples * steps));
}
