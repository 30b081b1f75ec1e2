import { mkdir, writeFile } from 'node:fs/promises';
import { drawCurves } from './plot.js';
import type { Reproduction } from './results.js';

const FOLDER = new URL('../../results/', import.meta.url);

/** Writes results as JSON and their plot beside it; the docs pages read these files, so the same names are used again. */
export async function writeReproduction(results: Reproduction): Promise<string[]> {
  await mkdir(FOLDER, { recursive: true });
  const files = [
    { file: `reproduce-${results.reproduction}.json`, text: `${JSON.stringify(results, null, 1)}\n` },
    { file: `reproduce-${results.reproduction}.svg`, text: drawCurves(results) },
  ];
  for (const { file, text } of files) await writeFile(new URL(file, FOLDER), text);
  return files.map(({ file }) => `benchmarks/results/${file}`);
}
