import { HEBBIAN_LABEL, type HebbianRule, hebbian } from '@spikewright/hebbian-tuner';
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

const BEYOND = `${HEBBIAN_LABEL}; this rule goes beyond the abstract`;

/** T, the steps that a network is tuned for: few, whatever it is run for, as saving steps is what tuning is for. */
export const TUNED_STEPS = 4;
const tunedBy = (rule: HebbianRule) => (): Tuner => hebbian({ rule, steps: TUNED_STEPS });

/** The tuners by the names that `--tuner` takes. */
export const tuners: Readonly<Record<string, ListedTuner>> = {
  'hebbian-timing': { title: 'Hebbian, H1: timing pair', make: tunedBy('timing'), label: HEBBIAN_LABEL },
  'hebbian-gain': { title: 'Hebbian, H2: gain', make: tunedBy('gain'), label: HEBBIAN_LABEL },
  'hebbian-rate': { title: 'Hebbian, H3: target rate', make: tunedBy('rate'), label: HEBBIAN_LABEL },
  'hebbian-onset': {
    title: 'Hebbian: initial potentials, by the time of the first spike',
    make: tunedBy('onset'),
    label: BEYOND,
  },
  'hebbian-potential': {
    title: 'Hebbian: initial potentials, by rates',
    make: tunedBy('potential'),
    label: BEYOND,
  },
  'hebbian-threshold': {
    title: 'Hebbian: thresholds, by rates',
    make: tunedBy('threshold'),
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
  title: `Names for --tuner, each for a row beside the network as converted; tuned for T = ${TUNED_STEPS} steps, whatever --steps is`,
  head: ['name', 'what it does', 'source'],
  rows: Object.entries(tuners).map(([name, { title, label }]) => [name, title, label]),
});
