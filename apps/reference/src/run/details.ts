import { batches, type ImageSet, take } from '@spikewright/datasets';
import { diagnose } from '@spikewright/doctor';
import { breakEven, compareEnergy, device, lemaire, proxy } from '@spikewright/energy-metrics';
import {
  type EnergyRecord,
  type LayersRecord,
  type RasterRecord,
  recordNeurons,
  type TracesRecord,
} from '@spikewright/report';
import {
  type Batch,
  type Calibration,
  checkNetwork,
  type Engine,
  type Evaluation,
  elements,
  type Network,
} from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';

/** What the report shows of a conversion beside its evaluation; lines of results.jsonl. */
export type DetailResult = EnergyRecord | LayersRecord | RasterRecord | TracesRecord;

/** A conversion that was measured. */
export interface Measured {
  readonly name: string;
  /** As it was trained. */
  readonly ann: Network;
  /** As it was when spikes took the place of its activations. */
  readonly prepared: Network;
  readonly snn: Network;
  /** SHA-256 of the spiking network. */
  readonly hash: string;
  readonly evaluation: Evaluation;
}

/** What every conversion is charged by: arithmetic alone, memory too, a processor, a neuromorphic chip. */
const MODELS = [proxy(), lemaire(), device('cpu'), device('loihi')];

/** Images that layers are compared on: some 100,000 neurons' worth, enough for correlations and little work. */
const SAMPLES = 16;

/** Neurons of the raster and of the traces. */
const SHOWN = 100;
const TRACED = 4;

/** Energy, how well each layer stands for the ANN's, spikes and potentials of the first image. */
export async function* detailsOf(measured: Measured, test: ImageSet, engine: Engine): AsyncGenerator<DetailResult> {
  const { name, prepared, snn, hash, evaluation } = measured;
  const looked = take(test, Math.min(SAMPLES, test.indices.length));
  const calibration = { batches: () => batches(looked), engine };
  yield* energyOf(measured, calibration);
  const { steps } = evaluation;
  // At least 0: faults are what `spikewright doctor` looks for.
  const { layers } = await diagnose(prepared, snn, calibration, { steps, samples: SAMPLES, least: 0 });
  yield { kind: 'layers', name, snn: hash, layers };
  for await (const batch of batches(take(test, 1))) yield* firstLayer(measured, batch);
}

/** What a run costs by every model, beside the ANN and its quantised twin. */
export async function* energyOf(
  { name, ann, snn, hash, evaluation }: Omit<Measured, 'prepared'>,
  calibration: Calibration,
): AsyncGenerator<EnergyRecord> {
  // Batch normalisation is folded first: it costs nothing in a network that is put to use.
  const subject = { ann: await foldBatchNorm().convert(ann, calibration), snn, counts: evaluation };
  const comparisons = compareEnergy(MODELS, subject);
  yield { kind: 'energy', name, snn: hash, comparisons, breakEven: breakEven(subject) };
}

/** Spikes of neurons all over the first layer, and the potentials of some that spike, from seldom to often. */
function firstLayer({ name, snn, hash, evaluation }: Measured, batch: Batch): DetailResult[] {
  const { name: node } = snn.nodes.find(({ op }) => op === 'neuron')!;
  const neurons = evenly(elements(checkNetwork(snn).get(node)!), SHOWN);
  const options = { name, snn: hash, node, neurons, steps: evaluation.steps };
  const { raster, traces } = recordNeurons(snn, batch, options);
  const spikes = neurons.map((_, place) => raster.spikes.filter(([, neuron]) => neuron === place).length);
  const busy = spikes.flatMap((count, place) => (count > 0 ? [place] : [])).sort((a, b) => spikes[a] - spikes[b]);
  const traced = evenly(busy.length, TRACED).map((place) => traces.traces[busy[place]]);
  return traced.length === 0 ? [raster] : [raster, { ...traces, traces: traced }];
}

/** So many whole numbers below `size`, as far apart as can be. */
function evenly(size: number, most: number): number[] {
  const length = Math.min(size, most);
  return Array.from({ length }, (_, place) => Math.floor(((place + 0.5) * size) / length));
}
