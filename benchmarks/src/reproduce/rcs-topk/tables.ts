import Table from 'cli-table3';
import { DROPOUT, EPSILONS } from './measure-cutoffs.js';
import type { CutoffRow, RcsTopKResults, RunWork, Subject } from './results.js';

/** The tables of a run in Markdown, and whether the aim was met. */
export function rcsTopKTables(results: RcsTopKResults): string {
  const { subjects, verdicts, skipped, steps } = results;
  return [
    ...(subjects.length > 0
      ? [summaryTable(results), realTable(results), ...subjects.map((subject) => subjectTables(subject, steps))]
      : []),
    ...verdicts.map((verdict) => {
      const by = verdict.met ? `: ${verdict.by.join('; ')}` : '';
      return `${verdict.dataSet}: aim ${verdict.met ? 'met' : 'missed'}${by}`;
    }),
    ...skipped,
  ].join('\n\n');
}

/** For each network the row with the fewest steps within the aim's loss, OCT, and the aim. */
function summaryTable({ subjects, steps, aim, published }: RcsTopKResults): string {
  const rows = subjects.map(({ title, method, accuracy, oct, run, aimMet }) => [
    title,
    method,
    percent(accuracy[0]),
    percent(accuracy[steps - 1]),
    run.level.toFixed(2),
    percent(run.accuracy),
    points(accuracy[steps - 1] - run.accuracy),
    run.meanStep.toFixed(3),
    oct.meanStep.toFixed(3),
    aimMet === null ? '' : aimMet.length > 0 ? 'met' : 'missed',
  ]);
  const head = ['network', 'form', 'T = 1', `T = ${steps}`, 'ε', 'Top-K', 'loss', 'mean step', 'OCT', 'aim'];
  const context = published.map(
    ({ network, accuracy, meanStep }) => `${network} ${percent(accuracy)} at ${meanStep.toFixed(2)}`,
  );
  return [
    `Top-K with dropout ${DROPOUT}, the ε with the fewest steps within ${points(aim.loss)} points; accuracy in %. The aim: at most ${aim.meanStep} of ${steps} steps.`,
    markdown(head, rows, 2),
    `Published for CIFAR-10, T = 4, with RCS, as context: ${context.join(', ')} steps (second-hand; perhaps OCT and not Top-K).`,
  ].join('\n\n');
}

/** What stopping in earnest saves, for the same rows. */
function realTable({ subjects }: RcsTopKResults): string {
  const rows = subjects.map(({ title, method, run: { full, cut, asClaimed, stops } }) => [
    title,
    method,
    stops.join(' '),
    ...(['spikes', 'accumulates', 'multiplyAccumulates'] as const).map(
      (key) => `${whole(cut[key])} of ${whole(full[key])}`,
    ),
    `${median(cut.seconds).toFixed(2)} of ${median(full.seconds).toFixed(2)} s`,
    timeByOperations(cut, full).toFixed(2),
    asClaimed ? 'the same' : 'another',
  ]);
  const head = ['network', 'form', 'stops', 'spikes', 'AC', 'MAC', 'wall time', 'by operations', 'post-hoc cut'];
  return [
    'The same cutoffs stopping in earnest on engine-wasm: means of an image, and the median time of five runs of all images in turn with runs to the end. By operations: the share of time saved, the median of the five turns, by the share of AC and MAC saved.',
    markdown(head, rows, 3),
  ].join('\n\n');
}

/** The share of time that a cutoff saves, each run beside its neighbour, by the share of operations that it saves. */
function timeByOperations(cut: RunWork, full: RunWork): number {
  const operations = ({ accumulates, multiplyAccumulates }: RunWork): number => accumulates + multiplyAccumulates;
  const time = median(cut.seconds.map((seconds, round) => seconds / full.seconds[round]));
  return (1 - time) / (1 - operations(cut) / operations(full));
}

function subjectTables({ title, method, images, calibration, accuracy, cutoffs, oct }: Subject, steps: number): string {
  const topK = (dropout: number): CutoffRow[] =>
    EPSILONS.map((level) => cutoffs.find((row) => isTopK(row) && row.level === level && row.dropout === dropout)!);
  const plain = topK(0);
  const rows = topK(DROPOUT).map((row, place) => [row.level.toFixed(2), ...cells(row), ...cells(plain[place])]);
  const head = ['ε', 'accuracy', 'loss', 'mean step', 'without dropout', 'loss', 'mean step'];
  const others = cutoffs.filter((row) => !isTopK(row)).map((row) => [row.cutoff, row.level.toFixed(3), ...cells(row)]);
  const fixed = accuracy.map((share, place) => [
    'every image',
    `step ${place + 1}`,
    percent(share),
    points(accuracy[steps - 1] - share),
    (place + 1).toFixed(3),
  ]);
  return [
    `${title}, ${method}: ${images} test images, fitted to ${calibration} training images. OCT ${oct.meanStep.toFixed(3)} at ${percent(oct.accuracy)} %, stops ${oct.stops.join(' ')}.`,
    markdown(head, rows, 0),
    markdown(['other cutoffs', 'level', 'accuracy', 'loss', 'mean step'], [...fixed, ...others], 2),
  ].join('\n\n');
}

const isTopK = ({ cutoff }: CutoffRow): boolean => cutoff === 'Top-K';
const cells = ({ accuracy, loss, meanStep }: CutoffRow): string[] => [
  percent(accuracy),
  points(loss),
  meanStep.toFixed(3),
];
const percent = (share: number): string => (share * 100).toFixed(2);
/** Percentage points; what rounds to 0 has no sign. */
const points = (share: number): string => percent(share).replace(/^-(0\.00)$/, '$1');
const whole = (count: number): string => Math.round(count).toLocaleString('en-US');
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

/** A table that Markdown reads; columns from `left` on are numbers. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[], left: number): string {
  const borders = ['top', 'bottom', 'mid'].flatMap((line) => [line, `${line}-mid`, `${line}-left`, `${line}-right`]);
  const table = new Table({
    chars: {
      ...Object.fromEntries([...borders, 'left-mid', 'mid-mid', 'right-mid'].map((name) => [name, ''])),
      left: '|',
      middle: '|',
      right: '|',
    },
    colAligns: head.map((_, column) => (column < left ? 'left' : 'right')),
    style: { head: [], border: [] },
  });
  table.push(
    [...head],
    head.map((_, column) => (column < left ? '---' : '---:')),
    ...rows.map((row) => [...row]),
  );
  return table.toString();
}
