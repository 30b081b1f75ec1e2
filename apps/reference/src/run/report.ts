import Table3 from 'cli-table3';
import { markdownTable } from 'markdown-table';
import { type AnnResult, type ConversionResult, total } from './results.js';
import { count, percent, reportTables } from './tables.js';

/** What the figures of a report come from, in sentences. */
function origin(ann: AnnResult, command: string): string[] {
  const { test, calibration } = ann.data;
  return [
    `Network: ${ann.name} (SHA-256 ${ann.hash.slice(0, 12)}), ${count(total(ann.multiplyAccumulates))} MACs an image, ANN accuracy ${percent(ann.accuracy)} % on these images.`,
    `Data: ${count(test.images)} images of ${test.name}, calibration on ${count(calibration.images)} of ${calibration.name}, both drawn by seed ${test.seed}.`,
    'Direct coding: the first layer multiplies in every step (its MACs, where a pixel is not 0); all others add where spikes arrive (SynOps). The MACs of the ANN are dense: every pixel and weight, without padding.',
    'At 97 % or 99.5 % of ANN: the first step whose accuracy is that share of the accuracy of the ANN; it may fall below again.',
    `Made by: ${command}`,
  ];
}

/** The report for the terminal. */
export function terminalReport(ann: AnnResult, conversions: readonly ConversionResult[], command: string): string {
  const tables = reportTables(ann, conversions).map(({ title, head, rows }) => {
    const table = new Table3({
      head: [...head],
      style: { head: [], border: [], compact: true },
      colAligns: aligns(head, 'left', 'right'),
    });
    table.push(...rows.map((row) => [...row]));
    return `${title}\n${table.toString()}`;
  });
  return [...tables, origin(ann, command).join('\n'), ...noteLines(conversions)].join('\n\n');
}

/** The report as a Markdown page. */
export function markdownReport(ann: AnnResult, conversions: readonly ConversionResult[], command: string): string {
  const tables = reportTables(ann, conversions).map(({ title, head, rows }) => {
    const table = markdownTable([head, ...rows], { align: aligns(head, 'l', 'r') });
    return `## ${title}\n\n${table}`;
  });
  const sentences = origin(ann, command).map((sentence) => `- ${sentence}`);
  return `${['# From a trained CNN to a spiking network', sentences.join('\n'), ...tables, ...noteLines(conversions)].join('\n\n')}\n`;
}

const aligns = <A>(head: readonly string[], first: A, others: A): A[] => head.map((_, i) => (i === 0 ? first : others));

const noteLines = (conversions: readonly ConversionResult[]): string[] =>
  conversions.flatMap(({ name, notes }) => notes.map((note) => `Note on ${name}: ${note}`));
