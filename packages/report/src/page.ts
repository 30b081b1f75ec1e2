import type { Figure } from './draw.js';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';
import { cellText, isNumeric, toCsv, toLatex, toMarkdown } from './table-formats.js';
import type { Table } from './tables.js';

/** A part of the page. */
export interface Section {
  readonly title: string;
  /** Sentences. */
  readonly lines: readonly string[];
  readonly tables: readonly Table[];
  readonly figures: readonly Figure[];
}

/** Writes the page: one file that asks nothing of the network. */
export function writePage(title: string, lines: readonly string[], sections: readonly Section[]): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src blob: data:";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${html(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${html(title)}</h1>
${paragraphs(lines)}
${sections.map(section).join('\n')}
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

const section = ({ title, lines, tables, figures }: Section): string => `<section>
<h2>${html(title)}</h2>
${paragraphs(lines)}
${tables.slice(0, FIRST_TABLES).map(tableBlock).join('\n')}
${figures.map(figureBlock).join('\n')}
${tables.slice(FIRST_TABLES).map(tableBlock).join('\n')}
</section>`;

/** The summary, and cutoffs or else accuracies, stand before the figures, long tables after them. */
const FIRST_TABLES = 2;

const paragraphs = (lines: readonly string[]): string => lines.map((line) => `<p>${html(line)}</p>`).join('\n');

const figureBlock = ({ name, title, caption, svg }: Figure): string => `<figure data-name="${html(name)}">
<h3>${html(title)}</h3>
${svg}
<figcaption>${html(caption)}</figcaption>
<p class="save"><button type="button" data-save="svg">SVG</button> <button type="button" data-save="png">PNG</button></p>
</figure>`;

function tableBlock(table: Table): string {
  const { name, title, head, rows } = table;
  const cell = (tag: 'td' | 'th', text: string, column: number): string =>
    `<${tag}${isNumeric(rows, column) ? ' class="number"' : ''}>${html(text)}</${tag}>`;
  const line = (cells: readonly string[]): string => `<tr>${cells.join('')}</tr>`;
  const formats = [
    ['CSV', 'csv', toCsv(table)],
    ['Markdown', 'md', toMarkdown(table)],
    ['LaTeX', 'tex', toLatex(table)],
  ] as const;
  return `<div class="table" data-name="${html(name)}">
<h3>${html(title)}</h3>
<div class="scroll"><table>
<thead>${line(head.map((text, column) => cell('th', text, column)))}</thead>
<tbody>
${rows.map((row) => line(row.map((one, column) => cell('td', cellText(one), column)))).join('\n')}
</tbody>
</table></div>
${formats
  .map(
    ([label, ending, text]) =>
      `<details><summary>${label}</summary><button type="button" data-save="${ending}">save</button><pre>${html(text)}</pre></details>`,
  )
  .join('\n')}
</div>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML. */
const html = (text: string): string =>
  text.replace(/[^\P{Cc}\r\n\t]/gu, ' ').replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
