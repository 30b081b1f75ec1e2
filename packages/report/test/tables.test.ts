import { readResults, type Table, tables, toCsv, toLatex, toMarkdown } from '@spikewright/report';
import { expect, test } from 'vitest';
import { everything, jsonl, results, runs } from './fixture.js';

const table: Table = {
  name: 'costs',
  title: 'Costs & 50 % of θ',
  head: ['name', 'nJ'],
  rows: [
    ['a|b, "c"\n_d', 1234.5678],
    ['=1+1', null],
    ['λ~^\\', 0.000_012_345],
    ['whole', 12_345_678],
  ],
};

test('toCsv() quotes by RFC 4180, keeps numbers in full and formulas as text', () => {
  expect(toCsv(table)).toBe(
    'name,nJ\r\n"a|b, ""c""\n_d",1234.5678\r\n\'=1+1,\r\nλ~^\\,0.000012345\r\nwhole,12345678\r\n',
  );
});

test('toMarkdown() escapes pipes and puts numbers to the right', () => {
  expect(toMarkdown(table)).toBe(
    [
      '| name | nJ |',
      '| --- | ---: |',
      '| a\\|b, "c" _d | 1,235 |',
      '| =1+1 | – |',
      '| λ~^\\\\ | 1.23e-5 |',
      '| whole | 12,345,678 |',
      '',
    ].join('\n'),
  );
});

test('toLatex() escapes what LaTeX takes for commands', () => {
  expect(toLatex(table)).toBe(
    [
      '\\begin{table}',
      '\\caption{Costs \\& 50 \\% of $\\theta$}',
      '\\begin{tabular}{lr}',
      '\\toprule',
      'name & nJ \\\\',
      '\\midrule',
      'a|b, "c" \\_d & 1,235 \\\\',
      '=1+1 & – \\\\',
      '$\\lambda$\\textasciitilde{}\\textasciicircum{}\\textbackslash{} & 1.23e-5 \\\\',
      'whole & 12,345,678 \\\\',
      '\\bottomrule',
      '\\end{tabular}',
      '\\end{table}',
      '',
    ].join('\n'),
  );
});

test('tables() sums up runs, energies, break-even and layers', () => {
  const made = tables(everything);
  expect(made.map(({ name }) => name)).toEqual(['summary', 'accuracy-over-steps', 'energy', 'break-even', 'layers']);
  const [summary, accuracy, energy, breakEven, layers] = made;
  // 8 steps of 1000 · 0.9 pJ + 100 · 4.6 pJ = 10.88 nJ
  expect(summary.rows[0]).toEqual([
    'norm, weak',
    200,
    8,
    85,
    expect.closeTo(-10, 9),
    8,
    500,
    8000,
    800,
    expect.closeTo(10.88, 9),
  ]);
  // (80 · 2 + 60 · 3 + 40 · 4 + 20 · 5) / 200
  expect(summary.rows[2][5]).toBe(3);
  expect(accuracy.head).toEqual(['conversion', 'T = 1', 'T = 2', 'T = 4', 'T = 8']);
  expect(accuracy.rows[3]).toEqual(['counted', null, null, null, 90]);
  expect(energy.rows[1]).toEqual(['norm, weak', 'lemaire', 125, 80, 40, 4]);
  expect(breakEven.rows[1]).toEqual(['norm, weak', 'lemaire', 0.08, null, 0, 8, null, 0]);
  expect(layers.rows[1]).toEqual(['norm, weak', 'relu2', 0, null, 0, 2, null]);
});

test('tables() puts runs that stop early beside those to the end', () => {
  const [, strong, stopped] = runs;
  const { work } = strong.evaluation;
  const cut = {
    ...stopped,
    hashes: strong.hashes,
    evaluation: {
      ...stopped.evaluation,
      work: { ...work, accumulates: { dense: 2000 }, multiplyAccumulates: { conv: 200 } },
    },
    cut: {
      of: strong.name,
      cutoff: 'top-k',
      medianStopStep: 3,
      claimed: { accuracy: 0.92, meanStopStep: 3 },
      optimal: { mean: 2.5 },
    },
  };
  const table = tables(results(strong, cut))[1];
  expect(table.name).toBe('cutoffs');
  // 8000 + 800 operations to the end, 2000 + 200 with the cutoff: a quarter. 3 of 8 steps.
  expect(table.rows).toEqual([[strong.name, 'top-k', 95, 92, 92, 8, 3, 3, 2.5, 8800, 2200, 25, 37.5]]);
  // Without the run to the end there is nothing beside it.
  expect(tables(results(cut)).map(({ name }) => name)).not.toContain('cutoffs');
  expect(readResults(jsonl(results(strong, cut))).records).toEqual(results(strong, cut).records);
  expect(() => readResults(jsonl(results({ ...cut, cut: { ...cut.cut, optimal: { mean: 0 } } })))).toThrow('mean');
});

test('tables() shows the last step beside the powers of 2, and nothing where there is nothing', () => {
  const { evaluation } = runs[0];
  const six = {
    ...runs[0],
    evaluation: {
      ...evaluation,
      steps: 6,
      accuracy: [0, 0, 0, 0, 0, null],
      stops: [0, 0, 0, 0, 0, 200],
      workByStep: evaluation.workByStep.slice(0, 6),
    },
  };
  const [summary, accuracy] = tables(results(six));
  expect(accuracy.head.slice(1)).toEqual(['T = 1', 'T = 2', 'T = 4', 'T = 6']);
  expect(summary.rows[0].slice(3, 5)).toEqual([null, null]);
  expect(tables(results())).toEqual([]);
});
