import { cutoffTable } from './cutoff-table.js';
import type { Group } from './groups.js';
import { energyByStep, total } from './work.js';

/** A cell: a number in full, a text, or null for what there is none of. */
export type Cell = number | string | null;

/** A table. */
export interface Table {
  /** A name for a file, without ending. */
  readonly name: string;
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Makes all tables that the records of one ANN allow. */
export const makeTables = (group: Group): Table[] =>
  [summary(group), cutoffTable(group), accuracies(group), energies(group), breakEvens(group), layers(group)].filter(
    ({ rows }) => rows.length > 0,
  );

const summary = ({ ann, runs }: Group): Table => ({
  name: 'summary',
  title: 'Summary',
  head: [
    'conversion',
    'samples',
    'T',
    'accuracy (%)',
    'change from ANN (points)',
    'mean stop step',
    'spikes',
    'additions',
    'multiply-additions',
    'E0 (nJ)',
  ],
  rows: runs.map((run) => {
    const { samples, steps, accuracy, meanStopStep, work } = run.evaluation;
    const last = accuracy[steps - 1];
    return [
      run.name,
      samples,
      steps,
      last === null ? null : last * 100,
      last === null ? null : (last - ann.accuracy) * 100,
      meanStopStep,
      total(work.spikes),
      total(work.accumulates),
      total(work.multiplyAccumulates),
      energyByStep(run)[steps - 1],
    ];
  }),
});

function accuracies({ runs }: Group): Table {
  const most = Math.max(1, ...runs.map(({ evaluation }) => evaluation.steps));
  const steps = Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, power) => 2 ** power);
  if (!steps.includes(most)) steps.push(most);
  return {
    name: 'accuracy-over-steps',
    title: 'Accuracy (%) after T steps',
    head: ['conversion', ...steps.map((step) => `T = ${step}`)],
    rows: runs.map(({ name, evaluation: { accuracy } }) => [
      name,
      ...steps.map((step) => {
        const value = accuracy[step - 1] ?? null;
        return value === null ? null : value * 100;
      }),
    ]),
  };
}

const energies = ({ energies: records }: Group): Table => ({
  name: 'energy',
  title: 'Energy of a sample (nJ)',
  head: ['conversion', 'model', 'spiking', 'ANN', 'twin', 'activation bits of the twin'],
  rows: records.flatMap(({ name, comparisons }) =>
    comparisons.map(({ spiking, ann, twin, twinBits }) => [
      name,
      spiking.model,
      spiking.energyNanojoules,
      ann.energyNanojoules,
      twin.energyNanojoules,
      twinBits,
    ]),
  ),
});

const breakEvens = ({ energies: records }: Group): Table => ({
  name: 'break-even',
  title: 'Break-even: spikes a neuron and step, and T, up to which the spiking network is cheaper',
  head: ['conversion', 'costs', 'rate of the run', 'rate, ANN', 'rate, twin', 'T of the run', 'T, ANN', 'T, twin'],
  rows: records.flatMap(({ name, breakEven }) =>
    breakEven.rows.map(({ table, ann, twin }) => [
      name,
      table,
      breakEven.spikeRate,
      ann.spikeRate,
      twin.spikeRate,
      breakEven.steps,
      ann.steps,
      twin.steps,
    ]),
  ),
});

const layers = ({ layers: records }: Group): Table => ({
  name: 'layers',
  title: 'Layers',
  head: [
    'conversion',
    'layer',
    'spikes a neuron and step',
    'correlation',
    'clipping (%)',
    'rounding (% of λ)',
    'unevenness (% of λ)',
  ],
  rows: records.flatMap(({ name, layers: all }) =>
    all.map((layer) => [
      name,
      layer.node,
      layer.meanRate,
      layer.correlation,
      layer.clippedMass * 100,
      layer.quantisationError * 100,
      layer.unevennessError === null ? null : layer.unevennessError * 100,
    ]),
  ),
});
