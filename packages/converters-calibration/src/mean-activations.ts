import { type Calibration, checkNetwork, elements, type Network } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';

/**
 * The mean of every activation of an ANN over the calibration data.
 *
 * @returns by name, one value for each place and channel
 * @throws RangeError if there is no calibration data
 */
export async function meanActivations(
  ann: Network,
  { batches, engine }: Calibration,
): Promise<ReadonlyMap<string, Float64Array>> {
  const shapes = checkNetwork(ann);
  const means = new Map(
    ann.nodes.filter(isActivation).map(({ name }) => [name, new Float64Array(elements(shapes.get(name)!))]),
  );
  const program = await engine.compile(ann);
  let samples = 0;
  try {
    for await (const batch of batches()) {
      await program.infer(batch, (node, values) => {
        const sum = means.get(node);
        if (sum) for (let i = 0; i < sum.length; i++) sum[i] += values[i];
      });
      samples += batch.size;
    }
  } finally {
    program.dispose();
  }
  if (samples === 0) throw new RangeError('Cannot correct neurons: calibration must hold at least 1 sample: 0 given');
  for (const sum of means.values()) for (let i = 0; i < sum.length; i++) sum[i] /= samples;
  return means;
}
