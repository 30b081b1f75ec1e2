import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figures, type Results, report, tables, toCsv, toLatex, toMarkdown } from '@spikewright/report';
import { toPng } from './png.js';

const PAGE = 'report.html';
const FIGURES = 'figures';
const TABLES = 'tables';
const figureEndings = ['svg', 'png'];
const tableFormats = { csv: toCsv, md: toMarkdown, tex: toLatex };

/**
 * Writes the page, and beside it each of its figures and tables as files.
 *
 * @returns sentences that say where they are
 */
export async function writePage(
  folder: string,
  results: Results,
  onProgress: (done: number, total: number) => void,
): Promise<string[]> {
  const [drawn, made] = [figures(results), tables(results)];
  for (const name of [FIGURES, TABLES]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, PAGE), report(results));
  for (const table of made)
    for (const [ending, write] of Object.entries(tableFormats))
      writeFileSync(join(folder, TABLES, `${table.name}.${ending}`), write(table));
  for (const [place, { name, svg }] of drawn.entries()) {
    writeFileSync(join(folder, FIGURES, `${name}.svg`), svg);
    writeFileSync(join(folder, FIGURES, `${name}.png`), await toPng(svg));
    onProgress(place + 1, drawn.length);
  }
  return [
    `${join(folder, PAGE)} (open it in a browser)`,
    `${drawn.length} figures as ${figureEndings.join(' and ')} in ${join(folder, FIGURES)}`,
    `${made.length} tables as ${Object.keys(tableFormats).join(', ')} in ${join(folder, TABLES)}`,
  ];
}

/** Removes the page of an earlier run, and the files of the figures and tables that it names: these and no other. */
export function removePage(folder: string): void {
  const page = join(folder, PAGE);
  if (!existsSync(page)) return;
  for (const [, name] of readFileSync(page, 'utf8').matchAll(/ data-name="([a-z0-9-]+)"/g)) {
    for (const ending of figureEndings) rmSync(join(folder, FIGURES, `${name}.${ending}`), { force: true });
    for (const ending of Object.keys(tableFormats)) rmSync(join(folder, TABLES, `${name}.${ending}`), { force: true });
  }
  rmSync(page);
}
