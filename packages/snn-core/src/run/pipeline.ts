import type { Batch, Engine } from '../engine/engine.js';
import { referenceEngine } from '../engine/reference-engine.js';
import { MOST_STEPS, requireInteger, requireKnown } from '../errors.js';
import type { Json } from '../json.js';
import type { Network } from '../network/network.js';
import { networkHash } from '../network/network-file.js';
import { direct } from '../plugin/encoders.js';
import { identity, noCutoff, noTuner } from '../plugin/neutral.js';
import type { Calibration, Converter, CutoffPolicy, Encoder, Metric, Tuner } from '../plugin/roles.js';
import { type Evaluation, evaluate } from './evaluate.js';
import { describePipeline, type Manifest } from './manifest.js';
import { recordScores } from './record-scores.js';

/** All that decides a result. Every part has a neutral element, so none is optional. */
export interface Pipeline {
  readonly seed: number;
  /** T, the most steps a sample takes. */
  readonly steps: number;
  readonly converter: Converter;
  readonly encoder: Encoder;
  readonly tuner: Tuner;
  readonly cutoff: CutoffPolicy;
  readonly metrics: readonly Metric[];
  readonly engine: Engine;
}

/** A pipeline that changes nothing and measures 32 steps; spread it and replace parts: `{ ...plain, converter }`. */
export const plain: Pipeline = Object.freeze({
  seed: 0,
  steps: 32,
  converter: identity(),
  encoder: direct(),
  tuner: noTuner(),
  cutoff: noCutoff(),
  metrics: [],
  engine: referenceEngine(),
});

/** The data of a run. */
export interface RunData {
  /** For converter and tuner; the engine of the pipeline does their looking. */
  readonly calibration: () => AsyncIterable<Batch>;
  /**
   * Labelled samples that the cutoff is fitted to: such as the network was not trained on, where it promises something of new ones.
   *
   * @defaultValue those of `calibration`, which need labels then
   */
  readonly cutoffCalibration?: () => AsyncIterable<Batch>;
  /** Labelled samples to measure on. */
  readonly test: () => AsyncIterable<Batch>;
  /** Called after every test batch with the samples done so far. */
  readonly onProgress?: (samples: number) => void;
}

/** A result with the hashes of what made it. */
export interface PipelineResult {
  readonly manifest: Manifest;
  /** SHA-256 of the network given and of the one that was run. */
  readonly hashes: { readonly ann: string; readonly snn: string };
  /** The network that was run, with what the cutoff learnt. */
  readonly network: Network;
  /** What the cutoff learnt. */
  readonly fitted: Json;
  readonly evaluation: Evaluation;
}

/** Converts, tunes, fits the cutoff and measures: one run. */
export async function runPipeline(pipeline: Pipeline, ann: Network, data: RunData): Promise<PipelineResult> {
  requireKnown('run the pipeline', pipeline, Object.keys(plain));
  requireKnown('run the pipeline', data, ['calibration', 'cutoffCalibration', 'test', 'onProgress']);
  const { seed, steps, converter, encoder, tuner, cutoff, metrics, engine } = pipeline;
  requireInteger('run the pipeline', 'steps', steps, 1, MOST_STEPS);
  requireInteger('run the pipeline', 'seed', seed, 0, 2 ** 32 - 1);
  const { cutoffCalibration = data.calibration, onProgress } = data;
  const calibration: Calibration = { batches: data.calibration, engine };
  const network = await tuner.tune(await converter.convert(ann, calibration), calibration);
  const program = await engine.compile(network);
  try {
    const run = { steps, encoder, seed };
    const { dropout = 0 } = cutoff;
    const fitted = cutoff.fit?.(await recordScores(program, cutoffCalibration(), { ...run, dropout })) ?? null;
    const evaluation = await evaluate(program, data.test(), {
      ...run,
      cutoff,
      fitted,
      metrics,
      ...(onProgress && { onProgress }),
    });
    const hashes = { ann: await networkHash(ann), snn: await networkHash(network) };
    const kept = fitted === null ? network : withFit(network, cutoff, fitted);
    return { manifest: await describePipeline(pipeline), hashes, network: kept, fitted, evaluation };
  } finally {
    program.dispose();
  }
}

const withFit = (network: Network, { name }: CutoffPolicy, fitted: Json): Network => ({
  ...network,
  meta: { ...network.meta, fits: { ...network.meta.fits, [name]: fitted } },
});
