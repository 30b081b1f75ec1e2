import { canonicalJson, sha256 } from '../canonical.js';
import type { Engine } from '../engine/engine.js';
import { chain } from '../plugin/chain.js';
import type { AnyPluginFactory } from '../plugin/define-plugin.js';
import { describePlugin, type PluginDescription } from '../plugin/describe-plugin.js';
import type { Converter, CutoffPolicy, Encoder, Metric, Plugin, Tuner } from '../plugin/roles.js';
import type { Pipeline } from './pipeline.js';

/** A pipeline as JSON, every option written out. */
export interface Manifest {
  readonly spec: 1;
  readonly seed: number;
  readonly steps: number;
  readonly converter: PluginDescription;
  readonly encoder: PluginDescription;
  readonly tuner: PluginDescription;
  readonly cutoff: PluginDescription;
  readonly metrics: readonly PluginDescription[];
  /** The engine's name. */
  readonly engine: string;
  /** SHA-256 of all the rest as canonical JSON, in hexadecimal. */
  readonly id: string;
}

/** Writes a pipeline down. */
export async function describePipeline(pipeline: Pipeline): Promise<Manifest> {
  const content = {
    spec: 1,
    seed: pipeline.seed,
    steps: pipeline.steps,
    converter: describePlugin(pipeline.converter),
    encoder: describePlugin(pipeline.encoder),
    tuner: describePlugin(pipeline.tuner),
    cutoff: describePlugin(pipeline.cutoff),
    metrics: pipeline.metrics.map(describePlugin),
    engine: pipeline.engine.name,
  } as const;
  return { ...content, id: await sha256(canonicalJson(content)) };
}

/**
 * Makes the pipeline that a manifest describes. Names are looked up in the given lists only.
 *
 * @throws TypeError if the content does not match its id, ReferenceError for a plugin or engine that is not in the
 * lists, OptionsError for options that its plugin refuses
 */
export async function restorePipeline(
  manifest: Manifest,
  known: { readonly plugins: readonly AnyPluginFactory[]; readonly engines: readonly Engine[] },
): Promise<Pipeline> {
  if (manifest?.spec !== 1)
    throw new TypeError(`Cannot restore pipeline: the manifest's spec must be 1: ${manifest?.spec}`);
  const { id, ...content } = manifest;
  const found = await sha256(canonicalJson(content));
  if (found !== id)
    throw new TypeError(`Cannot restore pipeline: its id must be the hash of its content ${found}: ${id}`);
  const engine = known.engines.find(({ name }) => name === content.engine);
  if (!engine)
    throw new ReferenceError(`Cannot restore pipeline: the engine must be among those given: '${content.engine}'`);
  const restore = <P extends Plugin>(role: P['role'], description: PluginDescription): P =>
    restorePlugin(role, description, known.plugins) as P;
  return {
    seed: content.seed,
    steps: content.steps,
    converter: restore<Converter>('converter', content.converter),
    encoder: restore<Encoder>('encoder', content.encoder),
    tuner: restore<Tuner>('tuner', content.tuner),
    cutoff: restore<CutoffPolicy>('cutoff', content.cutoff),
    metrics: content.metrics.map((metric) => restore<Metric>('metric', metric)),
    engine,
  };
}

function restorePlugin(
  role: string,
  { name, options }: PluginDescription,
  plugins: readonly AnyPluginFactory[],
): Plugin {
  if (role === 'converter' && name === 'chain') {
    const parts = options.converters as unknown as readonly PluginDescription[];
    return chain(...parts.map((part) => restorePlugin(role, part, plugins) as Converter));
  }
  const factory = plugins.find((plugin) => plugin.role === role && plugin.pluginName === name);
  if (!factory)
    throw new ReferenceError(`Cannot restore pipeline: the ${role} must be among the plugins given: '${name}'`);
  return factory(options);
}
