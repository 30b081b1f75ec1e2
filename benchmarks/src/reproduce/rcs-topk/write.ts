import { mkdir, writeFile } from 'node:fs/promises';
import { drawStops } from './plot.js';
import type { RcsTopKResults } from './results.js';

const FOLDER = new URL('../../../results/', import.meta.url);

/** Writes results as JSON and their plot beside it; the docs page shows these files, so the same names are used again. */
export async function writeRcsTopK(results: RcsTopKResults): Promise<string[]> {
  await mkdir(FOLDER, { recursive: true });
  const files = [
    { file: 'reproduce-rcs-topk.json', text: `${JSON.stringify(results, null, 1)}\n` },
    { file: 'reproduce-rcs-topk.svg', text: drawStops(results) },
  ];
  for (const { file, text } of files) await writeFile(new URL(file, FOLDER), text);
  return files.map(({ file }) => `benchmarks/results/${file}`);
}
