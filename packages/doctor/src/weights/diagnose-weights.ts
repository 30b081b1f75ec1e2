import { type Calibration, checkNetwork, type Network } from '@spikewright/snn-core';
import { analog } from '../analog.js';
import { type Cause, cause } from '../causes.js';
import { type Layer, lambdaAt, scoreNeurons } from '../layers.js';
import { type Samples, type Values, valuesOf } from '../values.js';
import { branchCause } from './branch-cause.js';
import { type Arrival, arrivalAt, deviation, fitChannels } from './deviation.js';
import { before, lineCause } from './line-causes.js';
import { orderCause, type Try } from './order-causes.js';

/** The networks under diagnosis. */
export interface Case {
  readonly ann: Network;
  readonly snn: Network;
  readonly layers: readonly Layer[];
  readonly samples: Samples;
  readonly engine: Calibration['engine'];
}

/** What came of the look at the weights. */
export interface WeightFinding {
  /** The fault that explains what arrives; absent where there is none. */
  readonly cause?: Cause;
  /** What else is known of weights that differ: a fault only if answers are lost by it. */
  readonly suspicion?: Cause;
  /** How far the outputs are from the ANN's when time plays no part: 0 is the same. */
  readonly deviation: number;
}

/** Outputs nearer than this are the same: 32-bit rounding, layer after layer, stays below. */
const ROUNDING = 1e-4;

/**
 * Compares the spiking network with the ANN as if rates were exact: no rounding, no time, no bound but that of the ANN's own
 * activations. Where the outputs
 * differ, the first layer at which something else arrives is where the fault is, and each known fault is tried: a cause is
 * named only if it explains all of the difference.
 */
export async function diagnoseWeights(given: Case): Promise<WeightFinding> {
  const { ann, snn, layers, samples, engine } = given;
  const branches = ann.nodes.filter(({ op }) => op === 'add').flatMap(({ inputs }) => inputs);
  const last = scoresOf(ann);
  const annValues = await valuesOf(
    ann,
    [...layers.map(({ annInput }) => annInput), ...branches, last],
    samples,
    engine,
  );
  const exact = analog(ann, snn, layers);
  const names = [...layers.map(({ neuron }) => neuron.inputs[0]), exact.nodes.at(-1)!.name];
  const observe = (network: Network, shown: Samples): Promise<Values> => valuesOf(network, names, shown, engine);
  const snnValues = await observe(exact, samples);
  const outputs = outputArrival(given, annValues, snnValues);
  const distance = deviation(outputs);
  if (distance < ROUNDING) return { deviation: distance };
  const arrivalsOf = (values: Values): Arrival[] => [
    ...layers.map((layer) => arrivalAt(layer, annValues, values)),
    outputArrival(given, annValues, values),
  ];
  const arrivals = arrivalsOf(snnValues);
  const wrong = arrivals.findIndex((arrival) => deviation(arrival) >= ROUNDING);
  const arrival = arrivals[wrong];
  const attempt: Try = async ({ network = (same) => same, samples: change = (same) => same }) =>
    arrivalsOf(await observe(network(exact), change(samples)))[wrong];
  const layer = layers.at(wrong) as Layer | undefined;
  const found =
    (await orderCause(arrival, exact, attempt)) ??
    straightCause(given, arrival, layer) ??
    addedCause(given, arrival, layer, annValues);
  if (found) return { cause: found, deviation: distance };
  const share = (deviation(arrival) * 100).toPrecision(2);
  return {
    suspicion: cause('other weights', `what arrives differs by ${share} %`, arrival.node),
    deviation: distance,
  };
}

/** The node whose values are the scores: the last one, or what a last softmax reads. */
function scoresOf({ nodes }: Network): string {
  const last = nodes.at(-1)!;
  return last.op === 'softmax' ? last.inputs[0] : last.name;
}

function outputArrival({ ann, snn }: Case, annValues: Values, snnValues: Values): Arrival {
  const node = scoresOf(ann);
  const values = annValues.get(node)!;
  return {
    node,
    channels: checkNetwork(ann).get(node)!.at(-1)!,
    // Neurons that count the scores answer 0 to what is negative.
    expected: scoreNeurons(ann, snn) ? values.map((value) => Math.max(value, 0)) : values,
    found: snnValues.get(snn.nodes.at(-1)!.name)!,
  };
}

/** A fault that makes each channel follow a line. */
function straightCause({ ann }: Case, arrival: Arrival, layer: Layer | undefined): Cause | undefined {
  const lambda = (channel: number): number => (layer ? lambdaAt(layer, channel) : 1);
  return lineCause({ arrival, lines: fitChannels(arrival), lambda, ...before(ann, layer?.annInput ?? arrival.node) });
}

/** A fault in one branch of an addition. */
function addedCause({ ann }: Case, arrival: Arrival, layer: Layer | undefined, values: Values): Cause | undefined {
  const node = ann.nodes.find(({ name }) => name === (layer?.annInput ?? arrival.node))!;
  if (node.op !== 'add') return undefined;
  const branches = node.inputs.map((name) => ({
    name,
    values: values.get(name)!.map((value, place) => value / (layer ? lambdaAt(layer, place) : 1)),
  }));
  return branchCause(arrival, branches);
}
