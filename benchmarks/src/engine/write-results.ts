import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { plots } from './plots.js';
import type { Results } from './results.js';

const FOLDER = new URL('../../results/', import.meta.url);

/** Writes results as JSON, and the plots beside it; gives the paths within the benchmarks folder. */
export async function writeResults(results: Results): Promise<string[]> {
  await mkdir(FOLDER, { recursive: true });
  const { date, machine } = results;
  const name = await unused(`${date}-${shortName(machine.cpu)}-node${machine.node.split('.')[0]}`);
  const files = [
    { file: `${name}.json`, text: `${JSON.stringify(results, null, 2)}\n` },
    ...plots(results).map(({ axis, svg }) => ({ file: `${name}-${axis}.svg`, text: `${svg}\n` })),
  ];
  for (const { file, text } of files) await writeFile(new URL(file, FOLDER), text);
  return files.map(({ file }) => `results/${file}`);
}

/** Adds a number to the name if there are results of that name: a run overwrites no other. */
async function unused(name: string): Promise<string> {
  const taken = await readdir(FOLDER);
  const names = [name, ...Array.from({ length: taken.length }, (_, place) => `${name}-${place + 2}`)];
  return names.find((one) => !taken.includes(`${one}.json`))!;
}

/** `Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz` becomes `intel-xeon-gold-6248`. */
const shortName = (cpu: string): string =>
  cpu
    .toLowerCase()
    .replace(/\((r|tm)\)| cpu.*| @.*| \d+-core.*/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
