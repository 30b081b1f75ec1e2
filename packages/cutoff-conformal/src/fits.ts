import type { Json, Recording, ScoreSource } from '@spikewright/snn-core';
import * as v from 'valibot';

/** Options of a policy by name; those that were left out may be undefined. */
export type Options = Readonly<Record<string, number | undefined>>;

/** What all fits of this package say. */
export interface CutoffFit extends ScoreSource {
  readonly format: 1;
  /** How many samples were looked at. */
  readonly samples: number;
  /** Those of the policy that was fitted. */
  readonly options: Readonly<Record<string, number>>;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const common = {
  format: v.literal(1),
  network: v.string(),
  encoder: v.string(),
  steps: count,
  samples: count,
  options: v.record(v.string(), v.number()),
};

/** The part of a fit that all have. */
export function fitOf(
  { network, encoder, steps, labels }: Recording,
  options: Options,
): { [K in keyof CutoffFit]: CutoffFit[K] } {
  return { format: 1, network, encoder, steps, samples: labels.length, options: options as CutoffFit['options'] };
}

/**
 * Reads what `fit` returned.
 *
 * @param owner - the policy's name in messages
 * @param entries - what such a fit has beside the common part
 * @param options - those of the policy
 * @throws TypeError if it is no such fit, was learnt with other options, or from another network, encoder or number of steps
 */
export function requireFit<F extends CutoffFit>(
  owner: string,
  entries: Readonly<Record<Exclude<keyof F, keyof CutoffFit>, v.GenericSchema>>,
  options: Options,
  fitted: Json,
  source: ScoreSource,
): F {
  const fail = (rule: string, value: Json | undefined): never => {
    throw new TypeError(`Cannot start ${owner}: ${rule}: ${value ?? 'none'}`);
  };
  if (fitted === null) return fail('it must have been fitted to a recording first', 'no fit given');
  const { success, issues } = v.safeParse(v.strictObject({ ...common, ...entries }), fitted);
  if (!success) {
    const what = `${v.getDotPath(issues[0]) ?? ''} ${issues[0].message}`.trim();
    return fail(`the fit must be one that ${owner}().fit returned`, what);
  }
  const learnt = fitted as unknown as F;
  for (const name of Object.keys({ ...options, ...learnt.options }))
    if (options[name] !== learnt.options[name])
      fail(`the fit must be of ${name} ${options[name] ?? 'none'}`, learnt.options[name]);
  for (const name of ['network', 'encoder', 'steps'] as const)
    if (learnt[name] !== source[name]) fail(`the fit must be of this run's ${name}, ${source[name]}`, learnt[name]);
  return learnt;
}
