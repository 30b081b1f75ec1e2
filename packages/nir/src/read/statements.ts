import type { Neuron } from '@spikewright/snn-core';
import type { Layer } from './layer.js';

/** What NIR has no words for, from the file's metadata or the user. */
export interface Statements extends Pick<Neuron, 'reset' | 'fires' | 'levels'> {
  /** Seconds of a step; not a number where nobody said it. */
  readonly dt: number;
  /** Why that is not enough, or contradictory. */
  readonly problems: readonly string[];
}

/** Collects what is said of a layer of neurons. */
export function statements({ node, said }: Layer, needsStep: boolean): Statements {
  const problems: string[] = [];
  const word = (name: string): string | undefined => {
    const field = node.metadata.get(name);
    return typeof field === 'string' ? field : undefined;
  };
  const agreed = (name: string, user: string | undefined): string | undefined => {
    const file = word(name);
    if (file !== undefined && user !== undefined && file !== user) {
      problems.push(`${name} is ${file} by the file's metadata, not ${user}`);
    }
    return file ?? user;
  };
  const oneOf = <Value extends string>(name: string, value: string, known: readonly Value[]): Value => {
    if (!known.includes(value as Value)) problems.push(`${name} must be one of ${known.join(', ')}: ${value}`);
    return value as Value;
  };
  const reset = agreed('reset', said.reset);
  if (reset === undefined) {
    problems.push(
      "NIR does not say whether a spike subtracts the threshold or sets v to 0; say so by the option reset, 'subtract' or 'zero'",
    );
  }
  const dt = needsStep ? Number(agreed('dt', said.dt === undefined ? undefined : String(said.dt))) : 1;
  if (!(dt > 0)) problems.push('NIR is continuous in time; say how many seconds a step takes by the option dt');
  const [, least, most] = /^\[(-?\d{1,6}),(\d{1,6})\]$/.exec(word('levels') ?? '[0,1]') ?? [];
  if (!(Number(least) <= 0 && Number(most) >= 1)) problems.push(`levels must hold 0 and 1: ${word('levels')}`);
  return {
    reset: oneOf('reset', reset ?? 'zero', ['subtract', 'zero']),
    // NIR's equation: z = 1 where v > v_threshold.
    fires: oneOf('fires', word('fires') ?? '>', ['>', '>=']),
    levels: [Number(least), Number(most)],
    dt,
    problems,
  };
}
