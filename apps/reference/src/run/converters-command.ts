import { markdownTable } from 'markdown-table';
import { catalogue } from './catalogue.js';
import { type Compatibility, compatibility } from './compatibility.js';
import { terminalTable } from './report.js';
import type { Table } from './table.js';

/** Runs `spikewright converters`: what there is, and what each takes. */
export async function convertersCommand({ markdown }: { markdown: boolean }): Promise<void> {
  const tried = await compatibility();
  console.log(
    markdown
      ? convertersPage(tried)
      : [...[catalogueTable(), tried.table].map(terminalTable), reasonsOf(tried)].join('\n\n'),
  );
}

/** The page docs/converters.md. */
export function convertersPage(tried: Compatibility): string {
  const tables = [catalogueTable(), tried.table].map(
    ({ title, head, rows }) => `## ${title}\n\n${markdownTable([head, ...rows])}`,
  );
  return [
    '# Converters',
    'This page is made from the code by `npm start -- converters --markdown`: each converter was tried on each kind of network.',
    ...tables,
    reasonsOf(tried),
  ].join('\n\n');
}

const reasonsOf = ({ reasons }: Compatibility): string =>
  reasons.map((reason, place) => `(${place + 1}) ${reason}`).join('\n\n');

/** The converters that `--converter` takes. */
export const catalogueTable = (): Table => ({
  title:
    'Names for --converter: join those that follow one another by +, part pipelines by commas (l4+strong,norm+8-bit)',
  head: ['name', 'what it does', 'makes', 'source'],
  rows: Object.entries(catalogue).map(([name, { title, makes, label }]) => [
    name,
    title,
    { spikes: 'a spiking network', ann: 'an ANN', change: 'a changed spiking network' }[makes],
    label,
  ]),
});
