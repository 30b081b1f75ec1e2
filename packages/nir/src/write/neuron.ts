import { elements, type Neuron, type Shape } from '@spikewright/snn-core';
import { spread } from '../axes.js';
import { unwritable } from '../errors.js';
import { type Field, type NirNode, plainNode } from '../nir-graph.js';
import { eachElement } from './weighted.js';

/** Seconds of a step where neurons forget: the step that snnTorch assumes. */
const STEP = 1e-4;

/**
 * NIR's IF, or LIF where the neuron forgets, and in its metadata what NIR does not say: `reset` (`subtract` or `zero`),
 * `fires` (`>=` or `>`), `levels`, `initial` (v(0) in units of the threshold), and for LIF `dt`.
 *
 * A LIF neuron with τ v' = -v + R I, taken a step by v ← v + dt/τ (-v + R I), is v ← leak v + I for
 * τ = dt / (1 - leak), R = 1 / (1 - leak).
 *
 * @throws TypeError for gains per step, and for a delay: NIR's Delay is in seconds, which a step of an IF neuron has none of
 */
export function neuronNode(node: Neuron, shape: Shape, image: Shape | undefined): NirNode {
  if (node.gains) throw unwritable(node.name, 'NIR has no gains per step', `${node.gains.data.length} gains`);
  if (node.delay) throw unwritable(node.name, 'NIR delays spikes by seconds, not by steps', `delay ${node.delay}`);
  const all = (value: number): Field => eachElement(new Float32Array(elements(shape)).fill(value), shape, image);
  const each = (values: Neuron['threshold']): Field => eachElement(spread(values, shape), shape, image);
  const { leak } = node;
  const parameters = { v_threshold: each(node.threshold), v_reset: all(0) };
  const said = { reset: node.reset, fires: node.fires, levels: JSON.stringify(node.levels) };
  const metadata = new Map<string, Field>([...Object.entries(said), ['initial', each(node.initial)]]);
  if (leak === 1) return { ...plainNode('IF', { r: all(1), ...parameters }), metadata };
  metadata.set('dt', String(STEP));
  const leaking = { tau: all(STEP / (1 - leak)), r: all(1 / (1 - leak)), v_leak: all(0) };
  return { ...plainNode('LIF', { ...leaking, ...parameters }), metadata };
}
