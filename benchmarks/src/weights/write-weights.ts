import { mkdir, readdir, writeFile } from 'node:fs/promises';
import type { WeightResults } from './results.js';

const FOLDER = new URL('../../results/', import.meta.url);

/**
 * Writes results as JSON; gives the path within the benchmarks folder. A run overwrites no other.
 *
 * @param label - what was measured, for the file's name
 */
export async function writeWeights(results: WeightResults, label: string): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const name = `${results.date}-weights-${label}-node${results.machine.node.split('.')[0]}`;
  const taken = await readdir(FOLDER);
  let file = `${name}.json`;
  for (let place = 2; taken.includes(file); place++) file = `${name}-${place}.json`;
  await writeFile(new URL(file, FOLDER), `${JSON.stringify(results, null, 2)}\n`);
  return `results/${file}`;
}
