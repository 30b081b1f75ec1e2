import type { StandardSchemaV1 } from '@standard-schema/spec';
import { show } from '../errors.js';
import type { Json } from '../json.js';

/** One option of {@link optionsOf}. */
export interface Field<Value> {
  readonly default: Value;
  /** What the value must be, to end the sentence 'it must be ...'. */
  readonly rule: string;
  /** Whether a value keeps the rule. */
  holds(value: unknown): boolean;
}

/**
 * Makes a schema of a few plain options, with defaults, that refuses unknown keys. The core's own: it depends on no
 * validation library; plugins use the one they like.
 */
export function optionsOf<Options extends Readonly<Record<string, Json>>>(
  fields: {
    readonly [Key in keyof Options]-?: Field<Options[Key]>;
  },
): StandardSchemaV1<Partial<Options>, Options> {
  const validate = (given: unknown): StandardSchemaV1.Result<Options> => {
    const values = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.default]));
    for (const [key, value] of Object.entries(given ?? {})) {
      if (!Object.hasOwn(fields, key)) return issue('unknown option', key);
      if (value === undefined) continue;
      if (!fields[key].holds(value)) return issue(`it must be ${fields[key].rule}, not ${show(value)}`, key);
      values[key] = value;
    }
    return { value: values as Options };
  };
  return { '~standard': { version: 1, vendor: 'spikewright', validate } };
}

const issue = (message: string, key: string) => ({ issues: [{ message, path: [key] }] });

/** The schema of a plugin without options. */
export const noOptions: StandardSchemaV1<NoOptions, NoOptions> = optionsOf({});

/** The options of a plugin that has none. */
export type NoOptions = Record<never, never>;
