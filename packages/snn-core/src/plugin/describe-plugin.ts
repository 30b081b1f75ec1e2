import type { Json } from '../json.js';
import type { Plugin } from './roles.js';

/** A plugin in a manifest. */
export interface PluginDescription {
  readonly name: string;
  readonly spec: 1;
  readonly options: Readonly<Record<string, Json>>;
}

/** Writes a plugin down: its name and every option. */
export const describePlugin = ({ name, spec, options }: Plugin): PluginDescription & { [key: string]: Json } => ({
  name,
  spec,
  options,
});
