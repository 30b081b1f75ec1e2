import { energyTable } from './energy-table.js';
import { pipelineTable } from './pipeline-table.js';
import { annOf, type Results, stepsTo, total, workUntil } from './results.js';
import { count, percent, type Table } from './table.js';

/** The tables of a report: all pipelines, accuracy over time, what it cost, and the energy; tables without rows are left out. */
export const reportTables = (results: Results): Table[] =>
  [pipelineTable(results), accuracyTable(results), costTable(results), energyTable(results)].filter(
    ({ rows }) => rows.length > 0,
  );

/** Steps that are shown: the powers of two up to T, and T. */
const shownSteps = (steps: number): number[] => {
  const powers = Array.from({ length: Math.floor(Math.log2(steps)) + 1 }, (_, power) => 2 ** power);
  return powers.includes(steps) ? powers : [...powers, steps];
};

function accuracyTable(results: Results): Table {
  const { conversions } = results;
  const steps = shownSteps(conversions[0]?.evaluation.steps ?? 1);
  return {
    title: 'Accuracy in % after T steps',
    head: ['conversion', 'ANN', ...steps.map((step) => `T=${step}`), 'first step at 97 % of ANN', 'at 99.5 %'],
    rows: conversions.map((conversion) => {
      const { name, evaluation } = conversion;
      const ann = annOf(conversion, results);
      return [
        name,
        percent(ann.accuracy),
        ...steps.map((step) => percent(evaluation.accuracy[step - 1])),
        stepsCell(stepsTo(0.97, evaluation, ann)),
        stepsCell(stepsTo(0.995, evaluation, ann)),
      ];
    }),
  };
}

const stepsCell = (steps: number | undefined): string => (steps === undefined ? 'not reached' : String(steps));

function costTable(results: Results): Table {
  const rows = results.conversions.flatMap((conversion) => {
    const { name, evaluation } = conversion;
    const reached = stepsTo(0.995, evaluation, annOf(conversion, results));
    const marks = [
      { when: 'at 99.5 % of ANN', step: reached },
      { when: 'whole run', step: evaluation.steps },
    ];
    return marks.map(({ when, step }) => {
      if (step === undefined) return [name, when, 'not reached', '-', '-', '-'];
      const { spikes, accumulates, multiplyAccumulates } = workUntil(step, evaluation);
      return [name, when, String(step), count(spikes), count(accumulates), count(multiplyAccumulates)];
    });
  });
  const anns = results.anns.map(({ name, multiplyAccumulates }) => [
    `ANN ${name}`,
    'one pass',
    '1',
    '-',
    '-',
    count(total(multiplyAccumulates)),
  ]);
  return {
    title: 'Cost of one image',
    head: ['network', 'when', 'steps', 'spikes', 'SynOps (additions)', 'MACs (multiply-additions)'],
    rows: [...anns, ...rows],
  };
}
