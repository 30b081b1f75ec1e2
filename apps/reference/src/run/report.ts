import Table3 from 'cli-table3';
import { markdownTable } from 'markdown-table';
import { type Results, total } from './results.js';
import { count, percent, type Table } from './table.js';
import { reportTables } from './tables.js';

/** What the report is called. */
export const TITLE = 'From a trained CNN to a spiking network';

/** How runs with a cutoff are to be read. */
const CUTOFFS =
  'With a cutoff the network is run once more, and nothing is computed for an image after its stop. Claimed: what a cut through the scores of the run to the end says, the work of all steps shared out evenly. How long the engine took to the end and with the cutoff stands in timings.json, how many images stopped after each step in report.html.';

/** What the figures of a report come from, in sentences. */
function origin({ anns, cuts }: Results, command: string): string[] {
  const { test, calibration } = anns[0].data;
  return [
    ...anns.map(
      ({ name, hash, multiplyAccumulates, accuracy }) =>
        `Network: ${name} (SHA-256 ${hash.slice(0, 12)}), ${count(total(multiplyAccumulates))} MACs an image, ANN accuracy ${percent(accuracy)} % on these images.`,
    ),
    `Data: ${count(test.images)} images of ${test.name}, calibration on ${count(calibration.images)} of ${calibration.name}, both drawn by seed ${test.seed}.`,
    ...new Set(cuts.map(cutoffLine)),
    ...(cuts.length > 0 ? [CUTOFFS] : []),
    'Direct coding: the first layer multiplies in every step (its MACs, where a pixel is not 0); all others add where spikes arrive (SynOps). The MACs of the ANN are dense: every pixel and weight, without padding.',
    'Energies are estimates, 45 nm, first layer charged in every step. Arithmetic alone: 4.6 pJ a multiply-addition, 0.9 pJ an addition (32-bit floats). Lemaire et al. 2022 (32-bit integers) add memory, neurons and addressing, by layer and so for whole runs only. Activations of B bits tell as many values apart as T steps do.',
    'At 97 % or 99.5 % of ANN: the first step whose accuracy is that share of the accuracy of the ANN; it may fall below again.',
    `Made by: ${command}`,
  ];
}

/** What a cutoff was told, and what it learnt from. */
function cutoffLine({ manifest, cut: { cutoff, learnt } }: Results['cuts'][number]): string {
  const told = Object.entries(manifest.cutoff.options).map(([name, value]) => `${name} ${value}`);
  return `Cutoff ${cutoff} (${told.join(', ')}): learnt from ${count(learnt.images)} images of ${learnt.name}.`;
}

/** A table for the terminal. */
export function terminalTable({ title, head, rows }: Table): string {
  const table = new Table3({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (isNumeric(rows, column) ? 'right' : 'left')),
  });
  table.push(...rows.map((row) => [...row]));
  return `${title}\n${table.toString()}`;
}

/** The report for the terminal. */
export const terminalReport = (results: Results, command: string): string =>
  [...reportTables(results).map(terminalTable), origin(results, command).join('\n'), ...noteLines(results)].join(
    '\n\n',
  );

/** The report as a Markdown page. */
export function markdownReport(results: Results, command: string): string {
  const tables = reportTables(results).map(({ title, head, rows }) => {
    const align = head.map((_, column) => (isNumeric(rows, column) ? 'r' : 'l'));
    return `## ${title}\n\n${markdownTable([head, ...rows], { align })}`;
  });
  const sentences = origin(results, command).map((sentence) => `- ${sentence}`);
  return `${[`# ${TITLE}`, sentences.join('\n'), ...tables, ...noteLines(results)].join('\n\n')}\n`;
}

/** Whether a column holds numbers, and words only where there is none. */
const isNumeric = (rows: Table['rows'], column: number): boolean =>
  rows.some((row) => /\d/.test(row[column])) && rows.every((row) => /^([\d.,]*|-|not reached)$/.test(row[column]));

const noteLines = ({ conversions, cuts, refused }: Results): string[] => [
  ...[...conversions, ...cuts].flatMap(({ name, notes }) => notes.map((note) => `Note on ${name}: ${note}`)),
  ...refused.map(({ name, reason }) => `Refused: ${name}: ${reason}`),
];
