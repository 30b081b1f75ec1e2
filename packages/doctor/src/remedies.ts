import { type Calibration, type Network, type Neuron, upTo } from '@spikewright/snn-core';
import { activationStatistics, completeLambdas, foldBatchNorm, toSpiking } from '@spikewright/snn-core/convert';
import { type Cause, cause } from './causes.js';
import type { LayerHealth } from './layer-health.js';
import { type Layer, lambdaAt, scoreNeurons } from './layers.js';
import type { Case } from './weights/diagnose-weights.js';

/** A fault that is undone in a copy of the network: what it would be called, and the copy. */
export interface Remedy {
  readonly cause: Cause;
  readonly network: Network;
  readonly steps: number;
}

/** Steps beyond which no network is tried. */
const MOST_STEPS = 256;
const PERCENTILE = 99.9;
/** A share of the activations above λ, and a ratio of λ to the percentile, from which λ may be to blame. */
const [CLIPPED, LARGE] = [0.02, 1.5];

/** What can be undone in a spiking network: what is suspected of its weights, its neurons, its λ, its steps. */
export async function remedies(
  given: Case,
  health: readonly LayerHealth[],
  suspicion: Cause | undefined,
  steps: number,
): Promise<Remedy[]> {
  const { snn, layers } = given;
  const neurons = layers.map(({ neuron }) => neuron);
  const folded = await foldBatchNorm().convert(given.ann, calibrationOf(given));
  const found: Remedy[] = [];
  if (suspicion) {
    const evidence = `${suspicion.evidence}; with the weights of the ANN the answers return`;
    const same = new Map(layers.map(({ name, lambda }) => [name, lambda]));
    found.push({ cause: { ...suspicion, evidence }, network: converted(given, folded, same), steps });
  }
  if (neurons.some(({ reset }) => reset === 'zero')) {
    const evidence = 'with reset by subtraction the answers return';
    found.push({ cause: cause('reset to zero', evidence), network: withNeurons(snn, { reset: 'subtract' }), steps });
  }
  if (neurons.some(({ leak }) => leak < 1)) {
    const evidence = 'without leak the answers return';
    found.push({ cause: cause('leak', evidence), network: withNeurons(snn, { leak: 1 }), steps });
  }
  if (neurons.every(({ initial }) => initial.data.every((value) => value === 0))) {
    const evidence = 'with a start at θ/2 the answers return';
    const initial = { shape: [], data: Float32Array.of(0.5) };
    found.push({ cause: cause('start at zero', evidence), network: withNeurons(snn, { initial }), steps });
  }
  const counter = scoreNeurons(given.ann, snn);
  if (counter) {
    const evidence = 'with the current that they get as scores the answers return';
    found.push({
      cause: cause('spiking read-out', evidence, counter.name),
      network: upTo(snn, counter.inputs[0]),
      steps,
    });
  }
  const measured = await measuredLambdas(given, folded, health, steps);
  if (measured) found.push(measured);
  if (steps < MOST_STEPS) {
    const more = Math.min(4 * steps, MOST_STEPS);
    found.push({ cause: cause('too few steps', `with ${more} steps the answers return`), network: snn, steps: more });
  }
  return found;
}

const withNeurons = (network: Network, change: Partial<Neuron>): Network => ({
  ...network,
  nodes: network.nodes.map((node) => (node.op === 'neuron' ? { ...node, ...change } : node)),
});

const calibrationOf = ({ samples, engine }: Case): Calibration => ({
  engine,
  batches: async function* () {
    yield* samples.batches;
  },
});

/** The ANN converted anew, into neurons like those that the spiking network has. */
function converted({ layers }: Case, folded: Network, measured: ReadonlyMap<string, Iterable<number>>): Network {
  const { lambdas } = completeLambdas(folded, measured, 'doctor');
  const { reset, fires, leak, levels, initial, gains, delay } = layers[0].neuron;
  const spiking = toSpiking(folded, lambdas, { reset, fires, leak, levels, initial: initial.data[0] });
  return withNeurons(spiking, { ...(gains && { gains }), ...(delay && { delay }) });
}

/** The network converted anew, with λ measured on the samples at hand; undefined where λ was much the same. */
async function measuredLambdas(
  given: Case,
  folded: Network,
  health: readonly LayerHealth[],
  steps: number,
): Promise<Remedy | undefined> {
  const { layers } = given;
  const network = converted(given, folded, await measure(folded, layers, calibrationOf(given)));
  const lambdas = network.meta.lambda!;
  const ratios = layers.map((layer) => ({
    node: layer.name,
    ratio: mean(lambdas[layer.name].map((_, channel) => lambdaAt(layer, channel))) / mean(lambdas[layer.name]),
  }));
  const clipped = health.reduce((most, layer) => (layer.clippedMass > most.clippedMass ? layer : most));
  if (clipped.clippedMass > CLIPPED) {
    const share = (clipped.clippedMass * 100).toPrecision(2);
    const evidence = `${share} % of its activation lies above λ; with λ measured on these samples the answers return`;
    return { cause: cause('too few calibration samples', evidence, clipped.node), network, steps };
  }
  const { node, ratio } = ratios.reduce((most, one) => (one.ratio > most.ratio ? one : most));
  if (ratio < LARGE) return undefined;
  const evidence = `λ is ${ratio.toPrecision(2)} times the 99.9 percentile of its activations; with that percentile the answers return`;
  return { cause: cause('threshold from an outlier', evidence, node), network, steps };
}

/** λ of every activation: a percentile of what is above 0, by channel where λ is. */
async function measure(
  network: Network,
  layers: readonly Layer[],
  calibration: Calibration,
): Promise<ReadonlyMap<string, Iterable<number>>> {
  const statistics = await activationStatistics(
    network,
    layers.map(({ name }) => name),
    calibration,
  );
  return new Map(
    layers.map(({ name, lambda }) => {
      const { layer, channels } = statistics.get(name)!;
      return [name, (lambda.length > 1 ? channels : [layer]).map(({ percentile }) => percentile(PERCENTILE))];
    }),
  );
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
