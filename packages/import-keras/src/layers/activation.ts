import type { Node, Tensor } from '@spikewright/snn-core';
import type { Layer } from '../graph.js';
import { isRecord, number } from '../json.js';
import { kept, type Made, type Maker, only, refuse, type Setting, type Value } from './maker.js';

const scalar = (value: number): Tensor => ({ shape: [], data: Float32Array.of(value) });

/** Makes the nodes of an activation: the first takes `name`. */
export type Activate = (name: string, value: Value, setting: Setting) => Made;

const relu: Activate = (name, value) => kept({ op: 'relu', name, inputs: [value.node] }, value);

const clip =
  (lambda: number): Activate =>
  (name, value) =>
    kept({ op: 'clip', name, inputs: [value.node], lambda }, value);

const softmax: Activate = (name, value, { channelsFirst }) => {
  if (channelsFirst && value.shape.length === 3)
    return refuse('softmax must run over the channels, which are not last');
  return kept({ op: 'softmax', name, inputs: [value.node] }, value);
};

/** `max(0, x) - slope max(0, -x)`; with a bound, the first part is clipped. */
const leaky =
  (slope: number, bound?: number): Activate =>
  (name, value) => {
    const positive = `${name}/positive`;
    const inputs = [value.node];
    const nodes: Node[] = [
      bound === undefined
        ? { op: 'relu', name: positive, inputs }
        : { op: 'clip', name: positive, inputs, lambda: bound },
      { op: 'scale', name: `${name}/minus`, inputs, factor: scalar(-1) },
      { op: 'relu', name: `${name}/negative`, inputs: [`${name}/minus`] },
      { op: 'scale', name: `${name}/slope`, inputs: [`${name}/negative`], factor: scalar(-slope) },
      { op: 'add', name, inputs: [positive, `${name}/slope`] },
    ];
    const why = 'Its part below 0 has a relu of its own, and the two parts are added.';
    return { nodes, value: { ...value, node: name }, fate: 'replaced', why };
  };

const BY_NAME: Readonly<Record<string, Activate | undefined>> = {
  relu,
  relu6: clip(6),
  softmax,
  // The slope of Keras 3's function of this name.
  leaky_relu: leaky(0.2),
};

/** Finds the activation that a setting names; undefined for none (`linear`). */
export function activation(setting: unknown): Activate | undefined {
  if (isRecord(setting) && setting.config !== undefined && setting.class_name === 'function')
    return activation(setting.config);
  if (setting === undefined || setting === null || setting === 'linear') return undefined;
  if (isRecord(setting) && isRecord(setting.config) && typeof setting.class_name === 'string') {
    const { class_name: kind, config } = setting;
    if (kind === 'ReLU' || kind === 'LeakyReLU') return slopes(kind, { name: 'activation', config });
  }
  const found = typeof setting === 'string' && Object.hasOwn(BY_NAME, setting) ? BY_NAME[setting] : undefined;
  const name = typeof setting === 'string' ? setting : JSON.stringify(setting).slice(0, 60);
  return found ?? refuse(`its activation '${name}' has no spiking form: train with relu, relu6 or a leaky relu`);
}

function slopes(kind: string, { name, config }: Pick<Layer, 'name' | 'config'>): Activate {
  if (kind === 'LeakyReLU')
    return leaky(number(unwrap(config), 'negative_slope', name, unwrapped(config.alpha) ?? 0.3));
  const slope = number(config, 'negative_slope', name, 0);
  const bound = config.max_value == null ? undefined : number(config, 'max_value', name, 0);
  if (number(config, 'threshold', name, 0) !== 0) return refuse('its threshold is not 0: no node does the same');
  if (bound !== undefined && bound <= 0) return refuse('its max_value is not above 0: no node does the same');
  if (slope !== 0) return leaky(slope, bound);
  return bound === undefined ? relu : clip(bound);
}

/** Old Keras 2 stores the slope as an array: `{ type: 'ndarray', value }`. */
const unwrapped = (value: unknown): number | undefined => {
  const one = isRecord(value) ? value.value : value;
  return typeof one === 'number' ? one : undefined;
};
const unwrap = (config: Layer['config']): Layer['config'] => ({
  ...config,
  negative_slope: unwrapped(config.negative_slope),
});

/** Activation layers: Activation, ReLU, LeakyReLU, Softmax. */
export const activationLayer: Maker = (layer, inputs, setting) => {
  const value = only(layer, inputs);
  const { kind, name, config } = layer;
  if (kind === 'ReLU' || kind === 'LeakyReLU') return slopes(kind, layer)(name, value, setting);
  if (kind === 'Softmax') {
    const axis = config.axis ?? -1;
    const last = axis === -1 || axis === value.rank || (value.rank === 3 && setting.channelsFirst && axis === 1);
    if (!last) return refuse('softmax must run over the last axis');
    return softmax(name, value, { ...setting, channelsFirst: setting.channelsFirst && axis !== 1 });
  }
  const activate = activation(config.activation);
  if (!activate) return { nodes: [], value, fate: 'dropped', why: 'It returns its input.' };
  return activate(name, value, setting);
};

/** Appends the activation that a weighted layer has built in. */
export function withActivation(made: Made, layer: Layer, setting: Setting): Made {
  const activate = activation(layer.config.activation);
  if (!activate) return made;
  const { activation: given } = layer.config;
  const after = activate(`${layer.name}/${typeof given === 'string' ? given : 'activation'}`, made.value, setting);
  return {
    ...made,
    nodes: [...made.nodes, ...after.nodes],
    value: after.value,
    why: `${made.why} Its activation follows.`,
  };
}
