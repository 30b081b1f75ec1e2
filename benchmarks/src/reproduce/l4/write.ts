import { mkdir, writeFile } from 'node:fs/promises';
import { drawAccuracy, drawDeviation } from './plots.js';
import type { L4Results } from './results.js';

const FOLDER = new URL('../../../results/', import.meta.url);

/** Writes results as JSON and their plots beside it; the docs page shows these files, so the same names are used again. */
export async function writeL4(results: L4Results): Promise<string[]> {
  await mkdir(FOLDER, { recursive: true });
  const files = [
    { file: 'reproduce-l4.json', text: `${JSON.stringify(results, null, 1)}\n` },
    { file: 'reproduce-l4-accuracy.svg', text: drawAccuracy(results) },
    { file: 'reproduce-l4-deviation.svg', text: drawDeviation(results) },
  ];
  for (const { file, text } of files) await writeFile(new URL(file, FOLDER), text);
  return files.map(({ file }) => `benchmarks/results/${file}`);
}
