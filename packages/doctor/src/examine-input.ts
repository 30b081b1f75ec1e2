import {
  argmax,
  type Batch,
  type Calibration,
  checkNetwork,
  type Network,
  requireInteger,
  requireKnown,
} from '@spikewright/snn-core';
import { type Cause, cause } from './causes.js';
import { firstSamples, mapSamples, reverseChannels, type Samples, valuesOf } from './values.js';

/** How the input is looked at. */
export interface ExamineOptions {
  /** The most samples that are looked at, from 1. @defaultValue 256 */
  readonly samples?: number;
}

/** How an ANN answers labelled samples, as they are and with their input changed. */
export interface InputExamination {
  readonly samples: number;
  /** The share of right answers. */
  readonly accuracy: number;
  /** The share that one answer to everything could have right. */
  readonly chance: number;
  /** Whether the right answers are no more than chance, by two standard deviations. */
  readonly atChance: boolean;
  /** The share of right answers with each change of the input. */
  readonly tried: readonly { readonly change: string; readonly accuracy: number }[];
  /** The change that brings answers back; absent where none does. */
  readonly cause?: Cause;
}

/** A change of the input that is tried. */
interface Change {
  readonly name: string;
  readonly kind: 'input scale' | 'input channel order';
  readonly apply: (data: Batch['data']) => Batch['data'];
}

const SCALES: readonly Change[] = [
  { name: 'multiplied by 255', kind: 'input scale', apply: (data) => data.map((x) => x * 255) },
  { name: 'divided by 255', kind: 'input scale', apply: (data) => data.map((x) => x / 255) },
  {
    name: 'less a mean of 0.5, divided by 0.5',
    kind: 'input scale',
    apply: (data) => data.map((x) => (x - 0.5) / 0.5),
  },
];

/**
 * Tells whether an ANN gets its input as it was trained: answers labelled samples as they are, and with the mistakes undone
 * that are made most often (bytes or shares of 1, intensities centred at 0, red and blue exchanged). A change is the cause if
 * it rights significantly more answers than it spoils: (rights - spoils)² > 9 (rights + spoils), McNemar's test at three
 * standard deviations.
 *
 * @param data - samples with labels, and the engine to look with
 * @throws RangeError without samples, TypeError for samples without labels
 */
export async function examineInput(
  ann: Network,
  data: Calibration,
  options: ExamineOptions = {},
): Promise<InputExamination> {
  requireKnown('examine input', options, ['samples']);
  const { samples: most = 256 } = options;
  requireInteger('examine input', 'samples', most, 1, 1e6);
  const samples = await firstSamples(data, most);
  const labels = labelsOf(samples);
  const given = await right(ann, samples, labels, data.engine);
  const tried = [];
  for (const change of changesFor(ann)) {
    const answers = await right(ann, mapSamples(samples, change.apply), labels, data.engine);
    const gained = answers.filter((one, place) => one > given[place]).length;
    const lost = answers.filter((one, place) => one < given[place]).length;
    tried.push({ change, accuracy: mean(answers), helps: gained > lost && (gained - lost) ** 2 > 9 * (gained + lost) });
  }
  const [best] = tried.filter(({ helps }) => helps).sort((a, b) => b.accuracy - a.accuracy);
  const accuracy = mean(given);
  const chance = largestClass(labels) / labels.length;
  return {
    samples: labels.length,
    accuracy,
    chance,
    atChance: accuracy - chance <= 2 * Math.sqrt((chance * (1 - chance)) / labels.length),
    tried: tried.map(({ change: { name }, accuracy: found }) => ({ change: name, accuracy: found })),
    ...(best && { cause: cause(best.change.kind, evidenceOf(best.change.name, accuracy, best.accuracy)) }),
  };
}

function changesFor(ann: Network): readonly Change[] {
  const { name } = ann.nodes.find(({ op }) => op === 'input')!;
  const { 2: channels } = checkNetwork(ann).get(name)!;
  if (channels !== 3) return SCALES;
  return [
    ...SCALES,
    {
      name: 'with its channels reversed',
      kind: 'input channel order',
      apply: (data) => reverseChannels(data, channels),
    },
  ];
}

function labelsOf({ batches }: Samples): number[] {
  return batches.flatMap(({ labels }) => {
    if (labels) return [...labels];
    throw new TypeError('Cannot examine input: every batch must have labels: none given');
  });
}

/** 1 for each sample that is answered as its label says, else 0. */
async function right(
  ann: Network,
  samples: Samples,
  labels: readonly number[],
  engine: Calibration['engine'],
): Promise<number[]> {
  const last = ann.nodes.at(-1)!.name;
  const outputs = (await valuesOf(ann, [last], samples, engine)).get(last)!;
  const classes = outputs.length / labels.length;
  return labels.map((label, i) => (argmax(outputs.subarray(i * classes, (i + 1) * classes)) === label ? 1 : 0));
}

function largestClass(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values());
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const evidenceOf = (change: string, before: number, after: number): string =>
  `with the input ${change}, ${(after * 100).toPrecision(3)} % of the answers are right instead of ${(before * 100).toPrecision(3)} %`;
