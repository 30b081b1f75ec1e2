import type { StandardSchemaV1 } from '@standard-schema/spec';
import { OptionsError } from '../errors.js';
import type { Json } from '../json.js';
import type { Plugin } from './roles.js';

/** Makes a plugin from options; without them every default holds. */
export interface PluginFactory<P extends Plugin, Input> {
  (options?: Input): P;
  readonly role: P['role'];
  /** The name its plugins go by in a manifest. */
  readonly pluginName: string;
}

/** The verbs of a role: what its plugin has beside role, spec, name and options. */
export type Verbs<P extends Plugin> = Omit<P, keyof Plugin>;

/** A factory of any role. */
// biome-ignore lint/suspicious/noExplicitAny: a list of factories mixes option types, and each checks its own
export type AnyPluginFactory = PluginFactory<any, any>;

/** What `definePlugin` needs to know. */
export interface PluginDefinition<P extends Plugin, Input, Output> {
  readonly role: P['role'];
  readonly name: string;
  /** Checks options and writes out defaults; any Standard Schema (valibot, zod, arktype, ...). Let it refuse unknown keys. */
  readonly options: StandardSchemaV1<Input, Output>;
  /** Makes the verbs for complete options. */
  create(options: Output): Verbs<P>;
}

/**
 * Makes a plugin factory: options are checked, completed and frozen, and the verbs put beside them. Sugar only: an
 * object literal of the role's type is as good.
 *
 * @throws OptionsError (from the factory) if an option is unknown or out of range
 */
export function definePlugin<P extends Plugin, Input, Output>(
  definition: PluginDefinition<P, Input, Output>,
): PluginFactory<P, Input> {
  const { role, name, options: schema, create } = definition;
  const make = (given?: Input): P => {
    const options = validate(schema, given ?? {}, name);
    const plugin = { role, spec: 1, name, options: Object.freeze(options as Record<string, Json>), ...create(options) };
    return Object.freeze(plugin) as unknown as P;
  };
  return Object.assign(make, { role, pluginName: name });
}

/**
 * Checks options against a schema and returns them with every default written out.
 *
 * @throws OptionsError naming the first option that is wrong
 */
export function validate<Output>(schema: StandardSchemaV1<unknown, Output>, value: unknown, owner: string): Output {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise)
    throw new TypeError(`Cannot use options of ${owner}: the schema must be synchronous: it is not`);
  if (!result.issues) return result.value;
  const [{ message: found, path = [] }] = result.issues;
  // valibot's words for a key that nobody asked for
  const message = found.startsWith('Invalid key: Expected never') ? 'unknown option' : found;
  const key = path.map((part) => (typeof part === 'object' ? part.key : part)).join('.');
  throw new OptionsError(`Cannot use options of ${owner}: ${message}${key ? `: '${key}'` : ''}`);
}
