import {
  argmax,
  type Calibration,
  type Network,
  referenceEngine,
  requireInteger,
  requireKnown,
} from '@spikewright/snn-core';
import { type Cause, cause } from './causes.js';
import { type LayerHealth, layerHealth } from './layer-health.js';
import { lambdaAt, sharedLayers } from './layers.js';
import { remedies } from './remedies.js';
import { agreement, runSpikes, type SpikeRun, type SpikeRunOptions } from './spike-run.js';
import { structuralCauses } from './structure.js';
import { firstSamples, type Samples, valuesOf } from './values.js';
import { type Case, diagnoseWeights } from './weights/diagnose-weights.js';

/** How a conversion is looked at. */
export interface DiagnoseOptions {
  /** T, from 1. @defaultValue 64 */
  readonly steps?: number;
  /** The most samples that are looked at, from 1. @defaultValue 64 */
  readonly samples?: number;
  /** The share of answers that must be the ANN's for a network to be sound, from 0 to 1. @defaultValue 0.95 */
  readonly least?: number;
}

/** What was found out about a conversion. */
export interface Diagnosis {
  readonly samples: number;
  readonly steps: number;
  /** The share of samples with the ANN's answer after T steps. */
  readonly agreement: number;
  /** That share after step 1, 2, ..., T; null where the engine shows no such step. */
  readonly agreementByStep: readonly (number | null)[];
  /** How far the outputs are from the ANN's when time plays no part; 0 is the same. Null where activations have no neurons. */
  readonly weightDeviation: number | null;
  readonly layers: readonly LayerHealth[];
  /** What makes answers get lost, most certain first; none: the conversion is sound. */
  readonly causes: readonly Cause[];
}

/**
 * Compares a spiking network with the ANN that it was converted from, layer by layer, and names what makes it lose answers.
 *
 * A fault of the weights is named if it explains the whole difference of what arrives at the first layer that differs;
 * anything else (other weights, neurons, λ, steps) if undoing it brings the answers back.
 *
 * @param ann - as it was trained; neurons keep the names of its activations
 * @param data - samples like those the network is for, and the engine to look with
 * @throws RangeError without samples, ReferenceError for neurons without λ, TypeError for networks that are not an ANN and
 * its conversion
 */
export async function diagnose(
  ann: Network,
  snn: Network,
  data: Calibration,
  options: DiagnoseOptions = {},
): Promise<Diagnosis> {
  requireKnown('diagnose', options, ['steps', 'samples', 'least']);
  const { steps = 64, samples: most = 64, least = 0.95 } = options;
  requireInteger('diagnose', 'steps', steps, 1, 65_536);
  requireInteger('diagnose', 'samples', most, 1, 1e6);
  if (!(least >= 0 && least <= 1)) throw new RangeError(`Cannot diagnose: least must be from 0 to 1: ${least}`);
  const layers = sharedLayers(ann, snn);
  if (layers.length === 0) {
    throw new TypeError('Cannot diagnose: neurons must have the names of the activations they stand for: none has');
  }
  const samples = await firstSamples(data, most);
  const { engine } = data;
  const given: Case = { ann, snn, layers, samples, engine };
  const last = ann.nodes.at(-1)!.name;
  const activations = await valuesOf(ann, [...layers.map(({ name }) => name), last], samples, engine);
  const targets = new Map(
    layers.map((layer) => [
      layer.name,
      activations.get(layer.name)!.map((value, place) => value / lambdaAt(layer, place)),
    ]),
  );
  const wanted = answersOf(activations.get(last)!, samples.size);
  const run = { engine, steps, targets };
  const stepped = await runSpikes(snn, samples, run);
  const counted = await countDomain(snn, samples, run);
  const health = layers.map((layer) =>
    layerHealth({ layer, activations: activations.get(layer.name)!, samples: samples.size, steps, stepped, counted }),
  );
  const structural = structuralCauses(ann, snn, layers);
  const weights = structural.length > 0 ? undefined : await diagnoseWeights(given);
  const found = agreement(stepped.answers[steps - 1], wanted);
  const dead = health
    .filter((layer) => layer.dead === 1)
    .map(({ node }) => cause('dead layer', 'the activation is 0 for every sample', node));
  const certain = [...structural, ...(weights?.cause ? [weights.cause] : []), ...dead];
  return {
    samples: samples.size,
    steps,
    agreement: found,
    agreementByStep: stepped.answers.map((answers) => (answers ? agreement(answers, wanted) : null)),
    weightDeviation: weights?.deviation ?? null,
    layers: health,
    causes:
      certain.length > 0 || found >= least
        ? certain
        : await triedCauses(given, health, { wanted, steps, least, found, suspicion: weights?.suspicion }),
  };
}

/** The run in the count domain; undefined for neurons that cannot be counted. */
async function countDomain(snn: Network, samples: Samples, run: SpikeRunOptions): Promise<SpikeRun | undefined> {
  const countable = snn.nodes.every(
    (node) =>
      node.op !== 'neuron' || (node.reset === 'subtract' && node.leak === 1 && !node.gains && (node.delay ?? 0) === 0),
  );
  return countable ? runSpikes(snn, samples, { ...run, engine: referenceEngine({ executor: 'count' }) }) : undefined;
}

interface Loss {
  readonly wanted: Int32Array;
  readonly steps: number;
  readonly least: number;
  /** The agreement that was found. */
  readonly found: number;
  readonly suspicion: Cause | undefined;
}

/** Tries each remedy, and names what it undoes if the answers return; more steps only if nothing else helps. */
async function triedCauses(given: Case, health: readonly LayerHealth[], loss: Loss): Promise<Cause[]> {
  const { samples, engine } = given;
  const half = loss.found + (loss.least - loss.found) / 2;
  const causes: { cause: Cause; after: number }[] = [];
  for (const { cause: one, network, steps } of await remedies(given, health, loss.suspicion, loss.steps)) {
    if (one.kind === 'too few steps' && causes.length > 0) continue;
    const { answers } = await runSpikes(network, samples, { engine, steps, targets: new Map() });
    const after = agreement(answers[steps - 1], loss.wanted);
    if (after >= half) causes.push({ cause: one, after });
  }
  if (causes.length === 0) return [unexplained(loss.suspicion)];
  return causes.sort((a, b) => b.after - a.after).map(({ cause: one }) => one);
}

const unexplained = (suspicion: Cause | undefined): Cause => {
  const seen = suspicion ? `; at '${suspicion.node}' ${suspicion.evidence}` : '';
  return cause('unexplained', `no remedy that was tried brings the answers back${seen}`);
};

function answersOf(outputs: Float32Array, samples: number): Int32Array {
  const classes = outputs.length / samples;
  return Int32Array.from({ length: samples }, (_, sample) =>
    argmax(outputs.subarray(sample * classes, (sample + 1) * classes)),
  );
}
