import { arithmeticEnergy } from './energy-table.js';
import { annOf, type ConversionResult, type Results, workUntil } from './results.js';
import { count, nanojoules, percent, type Table } from './table.js';

/** Every pipeline in one table: run to the end, and with each cutoff; none if there is no cutoff. */
export const pipelineTable = (results: Results): Table => ({
  title: 'Pipelines, with and without a cutoff: one image until its stop',
  head: [
    'pipeline',
    'cutoff',
    'accuracy in %',
    'lost against ANN',
    'mean step',
    'median',
    'optimal cutoff (OCT)',
    'spikes',
    'SynOps',
    'MACs',
    'work in %',
    'claimed accuracy in %',
    'claimed by steps in %',
    'arithmetic alone (nJ)',
  ],
  rows: results.cuts.length === 0 ? [] : results.conversions.flatMap((whole) => rowsOf(whole, results)),
});

function rowsOf(whole: ConversionResult, results: Results): string[][] {
  const cuts = results.cuts.filter(({ cut, hashes }) => cut.of === whole.name && hashes.snn === whole.hashes.snn);
  const ann = annOf(whole, results).accuracy;
  const cells = ({ evaluation }: ConversionResult): { readonly head: string[]; readonly work: string[] } => {
    const { steps, accuracy, meanStopStep } = evaluation;
    const work = workUntil(steps, evaluation);
    const answered = Number(accuracy[steps - 1]);
    return {
      head: [percent(answered), ((ann - answered) * 100).toFixed(2), meanStopStep.toFixed(2)],
      work: [count(work.spikes), count(work.accumulates), count(work.multiplyAccumulates)],
    };
  };
  const operations = ({ evaluation }: ConversionResult): number => {
    const { accumulates, multiplyAccumulates } = workUntil(evaluation.steps, evaluation);
    return accumulates + multiplyAccumulates;
  };
  const energy = ({ evaluation }: ConversionResult): string =>
    nanojoules(arithmeticEnergy(workUntil(evaluation.steps, evaluation)));
  const { steps } = whole.evaluation;
  const all = cells(whole);
  const oct = cuts[0]?.cut.optimal.mean.toFixed(2) ?? '-';
  return [
    [whole.name, 'none', ...all.head, String(steps), oct, ...all.work, '100', all.head[0], '100', energy(whole)],
    ...cuts.map((result) => {
      const { cut } = result;
      const { head, work } = cells(result);
      const spent = ((100 * operations(result)) / operations(whole)).toFixed(1);
      const claimed = ((100 * cut.claimed.meanStopStep) / steps).toFixed(1);
      return [
        whole.name,
        cut.cutoff,
        ...head,
        String(cut.medianStopStep),
        oct,
        ...work,
        spent,
        percent(cut.claimed.accuracy),
        claimed,
        energy(result),
      ];
    }),
  ];
}
