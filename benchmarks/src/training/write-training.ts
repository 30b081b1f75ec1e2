import { mkdir, readdir, writeFile } from 'node:fs/promises';
import type { TrainingResults } from './results.js';

const FOLDER = new URL('../../results/', import.meta.url);

/** Writes results as JSON; gives the path within the benchmarks folder. A run overwrites no other. */
export async function writeTraining(results: TrainingResults): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const name = `${results.date}-training-node${results.machine.node.split('.')[0]}`;
  const taken = await readdir(FOLDER);
  let file = `${name}.json`;
  for (let place = 2; taken.includes(file); place++) file = `${name}-${place}.json`;
  await writeFile(new URL(file, FOLDER), `${JSON.stringify(results, null, 2)}\n`);
  return `results/${file}`;
}
