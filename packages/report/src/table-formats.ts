import type { Cell, Table } from './tables.js';

/** Writes a table as CSV (RFC 4180), numbers in full. */
export function toCsv({ head, rows }: Table): string {
  const quoted = (cell: Cell): string => {
    // A text that a spreadsheet would take for a formula is kept a text.
    const text = typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
}

/** Writes a table in Markdown (GitHub's). */
export function toMarkdown({ head, rows }: Table): string {
  const line = (cells: readonly Cell[]): string =>
    `| ${cells.map((cell) => oneLine(cellText(cell)).replace(/[\\|]/g, '\\$&')).join(' | ')} |\n`;
  const rule = head.map((_, column) => (isNumeric(rows, column) ? '---:' : '---'));
  return `${line(head)}| ${rule.join(' | ')} |\n${rows.map(line).join('')}`;
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  θ: '$\\theta$',
  λ: '$\\lambda$',
  '−': '$-$',
};

/** Writes a table in LaTeX, for `\usepackage{booktabs}`. */
export function toLatex({ title, head, rows }: Table): string {
  const escaped = (text: string): string =>
    oneLine(text).replace(/[\\~^θλ−#$%&_{}]/g, (sign) => LATEX[sign] ?? `\\${sign}`);
  const line = (cells: readonly Cell[]): string => `${cells.map((cell) => escaped(cellText(cell))).join(' & ')} \\\\`;
  return [
    '\\begin{table}',
    `\\caption{${escaped(title)}}`,
    `\\begin{tabular}{${head.map((_, column) => (isNumeric(rows, column) ? 'r' : 'l')).join('')}}`,
    '\\toprule',
    line(head),
    '\\midrule',
    ...rows.map(line),
    '\\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

/** A cell for the eye: four digits that count, whole numbers in full. */
export function cellText(cell: Cell): string {
  if (typeof cell !== 'number') return cell ?? '–';
  if (Number.isInteger(cell)) return cell.toLocaleString('en-US');
  const size = Math.abs(cell);
  if (size >= 1000) return Math.round(cell).toLocaleString('en-US');
  if (size >= 0.001) return String(Number(cell.toPrecision(4)));
  return cell.toExponential(2);
}

/** Whether a column holds numbers and nothing else. */
export const isNumeric = (rows: Table['rows'], column: number): boolean =>
  rows.every((row) => typeof row[column] !== 'string');

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');
