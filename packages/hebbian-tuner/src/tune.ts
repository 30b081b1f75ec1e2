import {
  type Calibration,
  checkNetwork,
  compileNetwork,
  type Network,
  requireSpiking,
  withNotes,
} from '@spikewright/snn-core';
import { agreement } from './agreement.js';
import { HEBBIAN_LABEL } from './label.js';
import { layersOf } from './layer.js';
import { longRun, withoutTransient } from './long-run.js';
import { type Complete, ruleOf, rulesWithoutWeights } from './options.js';
import { readSamples } from './samples.js';
import { tuneLayer } from './tune-layer.js';

/** Tunes layer after layer, and keeps what does not harm. */
export async function tune(network: Network, calibration: Calibration, options: Complete): Promise<Network> {
  requireSpiking(compileNetwork(network));
  const layers = tunedLayers(network, options);
  const { engine } = calibration;
  const { steps, reference, epochs, gate } = options;
  const { seen, heldOut } = await readSamples(calibration);
  const aim = withoutTransient(network);
  const targets = await longRun(aim, layers, seen, { engine, steps: reference });
  const expected = await longRun(aim, [], heldOut, { engine, steps: reference });
  const tuning = { engine, rule: ruleOf(options), steps, epochs, batches: seen, targets };
  const check = (candidate: Network): Promise<number[]> =>
    agreement(candidate, heldOut, expected, { engine, steps: [steps, reference] });

  const before = gate === 'off' ? [] : await check(network);
  let [tuned, reached] = [network, before];
  const back: string[] = [];
  for (const layer of layers) {
    const candidate = await tuneLayer(tuned, layer, tuning);
    const now = gate === 'layer' ? await check(candidate) : before;
    if (holds(now, reached)) [tuned, reached] = [candidate, now];
    else back.push(layer);
  }
  if (gate === 'network') reached = await check(tuned);
  const samples = heldOut.reduce((sum, { size }) => sum + size, 0);
  const counts = [steps, reference].map((step, i) => `${before[i]} to ${reached[i]} after ${step} steps`);
  const why = gate === 'off' ? 'no gate' : `agreement on ${samples} samples held out: ${counts.join(', ')}`;
  const noted = (result: Network, decision: string): Network =>
    withNotes(result, `hebbian, rule ${options.rule} (${HEBBIAN_LABEL}): ${decision}; ${why}`);
  if (!holds(reached, before)) return noted(network, 'rolled back');
  return noted(tuned, back.length === 0 ? 'kept' : `rolled back in ${back.join(', ')}`);
}

/** No layer, or no weights of its own: nothing to tune. The read-out is not tuned. */
function tunedLayers(network: Network, { rule }: Complete): string[] {
  const layers = layersOf(network, checkNetwork(network)).filter(
    ({ neuron, weights }) =>
      neuron !== network.nodes.at(-1) && (weights.length > 0 || rulesWithoutWeights.includes(rule)),
  );
  if (layers.length === 0) {
    const needed = `rule ${rule} needs hidden neurons that have a conv2d or dense node of their own`;
    throw new TypeError(`Cannot tune network: ${needed}: none found`);
  }
  return layers.map(({ neuron }) => neuron.name);
}

const holds = (now: readonly number[], before: readonly number[]): boolean =>
  now.every((count, i) => count >= before[i]);
