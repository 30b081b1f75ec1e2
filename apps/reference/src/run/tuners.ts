import { hebbian } from '@spikewright/hebbian-tuner';
import type { Tuner } from '@spikewright/snn-core';
import type { Conversion } from './catalogue.js';
import { requireDifferent } from './require-different.js';
import type { Table } from './table.js';

/** A tuner that `--tuner` takes by name. */
interface ListedTuner {
  readonly title: string;
  readonly make: () => Tuner;
  /** Where the method comes from, and what of that source was read. */
  readonly label: string;
}

const DERIVED = "derived from the abstract; the paper's rule is not public";
const BEYOND = 'derived from the abstract; this rule goes beyond it';

/** The tuners by the names that `--tuner` takes. */
export const tuners: Readonly<Record<string, ListedTuner>> = {
  'hebbian-timing': { title: 'Hebbian, H1: timing pair', make: () => hebbian({ rule: 'timing' }), label: DERIVED },
  'hebbian-gain': { title: 'Hebbian, H2: gain', make: () => hebbian({ rule: 'gain' }), label: DERIVED },
  'hebbian-rate': { title: 'Hebbian, H3: target rate', make: () => hebbian({ rule: 'rate' }), label: DERIVED },
  'hebbian-onset': {
    title: 'Hebbian: initial potentials, by the time of the first spike',
    make: () => hebbian({ rule: 'onset' }),
    label: BEYOND,
  },
  'hebbian-potential': {
    title: 'Hebbian: initial potentials, by rates',
    make: () => hebbian({ rule: 'potential' }),
    label: BEYOND,
  },
  'hebbian-threshold': {
    title: 'Hebbian: thresholds, by rates',
    make: () => hebbian({ rule: 'threshold' }),
    label: BEYOND,
  },
};

/**
 * Adds each conversion once more for each tuner that `--tuner` names, parted by commas.
 *
 * @throws ReferenceError for an unknown name, TypeError for one that is there twice
 */
export function withTuners(conversions: readonly Conversion[], text: string): Conversion[] {
  const names = text.split(',').map((name) => name.trim());
  requireDifferent('--tuner', names);
  const unknown = names.find((name) => !Object.hasOwn(tuners, name));
  if (unknown !== undefined) {
    const known = Object.keys(tuners).join(', ');
    throw new ReferenceError(`Cannot read --tuner: names must be among ${known}: '${unknown}'`);
  }
  return conversions.flatMap((conversion) => [
    conversion,
    ...names.map((name) => ({ ...conversion, name: `${conversion.name}, ${name}`, tuner: tuners[name].make() })),
  ]);
}

/** The tuners that `--tuner` takes. */
export const tunerTable = (): Table => ({
  title: 'Names for --tuner, each for a row beside the network as converted',
  head: ['name', 'what it does', 'source'],
  rows: Object.entries(tuners).map(([name, { title, label }]) => [name, title, label]),
});
