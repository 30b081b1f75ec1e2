import { mkdir, writeFile } from 'node:fs/promises';
import { drawAccuracy, drawLatency } from './plots.js';
import type { HebbianResults } from './results.js';

const FOLDER = new URL('../../../results/', import.meta.url);

/** Writes results as JSON and their plots beside it; the docs page shows these files, so the same names are used again. */
export async function writeHebbian(results: HebbianResults): Promise<string[]> {
  await mkdir(FOLDER, { recursive: true });
  const files = [
    { file: 'reproduce-hebbian.json', text: `${JSON.stringify(results, null, 1)}\n` },
    { file: 'reproduce-hebbian-accuracy.svg', text: drawAccuracy(results) },
    { file: 'reproduce-hebbian-latency.svg', text: drawLatency(results) },
  ];
  for (const { file, text } of files) await writeFile(new URL(file, FOLDER), text);
  return files.map(({ file }) => `benchmarks/results/${file}`);
}
