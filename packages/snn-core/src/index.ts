export { canonicalJson, sha256 } from './canonical.js';
export { type Compiled, checkBatch, compileNetwork, requireAnn, requireSpiking } from './engine/compiled.js';
export { type Connection, denseOperations, isWeighted, type Weighted } from './engine/connections.js';
export type { Batch, Engine, Frame, Observe, Operations, Program, RunOptions } from './engine/engine.js';
export type { Forward } from './engine/linear.js';
export { loseSpikes } from './engine/lose-spikes.js';
export { type NeuronState, neuronState, resetNeurons, stepNeurons } from './engine/neuron.js';
export { checkRun, type ReferenceOptions, referenceEngine } from './engine/reference-engine.js';
export { OptionsError, requireInteger, requireKnown } from './errors.js';
export type { Json } from './json.js';
export { checkNetwork, type Shapes } from './network/check.js';
export { type Axis, elements, slidingWindow, type Window } from './network/geometry.js';
export { consumers, rewriteNodes, upTo, withNotes } from './network/graph.js';
export { type Imported, type ImportedLayer, UnsupportedLayersError } from './network/imported.js';
export type {
  Add,
  AvgPool2d,
  BatchNorm,
  Clip,
  Concat,
  Conv2d,
  Dense,
  Flatten,
  GlobalAvgPool,
  Input,
  MaxPool2d,
  Network,
  NetworkMeta,
  Neuron,
  Node,
  NodeBase,
  Op,
  Padding,
  Pool2d,
  Qcfs,
  Relu,
  Scale,
  Shape,
  Softmax,
  Tensor,
} from './network/network.js';
export { loadNetwork, networkHash, saveNetwork } from './network/network-file.js';
export { readSafetensors, type TensorFile, writeSafetensors } from './network/safetensors.js';
export { chain } from './plugin/chain.js';
export {
  type AnyPluginFactory,
  definePlugin,
  type PluginDefinition,
  type PluginFactory,
  type Verbs,
} from './plugin/define-plugin.js';
export { describePlugin, type PluginDescription } from './plugin/describe-plugin.js';
export { direct, type PoissonOptions, poisson, regular } from './plugin/encoders.js';
export { identity, noCutoff, noTuner } from './plugin/neutral.js';
export { type Field, type NoOptions, optionsOf } from './plugin/options.js';
export type {
  Calibration,
  Converter,
  CutoffPolicy,
  Encode,
  Encoder,
  Metric,
  MetricRun,
  Plugin,
  Recording,
  ScoreSource,
  Tuner,
} from './plugin/roles.js';
export { randomStream } from './random.js';
export { argmax } from './run/answers.js';
export { type EvaluateOptions, type Evaluation, evaluate, evaluateAnn } from './run/evaluate.js';
export { describePipeline, type Manifest, restorePipeline } from './run/manifest.js';
export { type Pipeline, type PipelineResult, plain, type RunData, runPipeline } from './run/pipeline.js';
export { recordScores } from './run/record-scores.js';
export { scoreSource } from './run/score-source.js';
export type { StepWork, Work } from './run/work.js';
