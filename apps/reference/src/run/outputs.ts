import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '@spikewright/snn-core';

/** The files of a run. */
export interface Outputs {
  readonly files: { readonly report: string; readonly results: string; readonly timings: string };
  /** Adds a line to `results.jsonl`. */
  addResult(result: unknown): Promise<void>;
  writeReport(text: string): Promise<void>;
  writeTimings(milliseconds: Readonly<Record<string, number>>): Promise<void>;
}

/**
 * Makes the folder of a run and empties the files of an earlier one, so that no report stands beside results that are not
 * its own. Whatever cannot be written is found here, before the work.
 *
 * @throws ReferenceError naming what cannot be written
 */
export async function openOutputs(folder: string): Promise<Outputs> {
  const at = (name: string): string => join(folder, name);
  const files = { report: at('report.md'), results: at('results.jsonl'), timings: at('timings.json') };
  try {
    await mkdir(folder, { recursive: true });
    await rm(files.report, { force: true });
    for (const file of [files.results, files.timings, files.report]) await writeFile(file, '');
    await rm(files.report);
    await rm(files.timings);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new ReferenceError(`Cannot write results: the folder of --out must be writable: '${folder}' (${reason})`, {
      cause,
    });
  }
  return {
    files,
    addResult: (result) => appendFile(files.results, `${canonicalJson(result)}\n`),
    writeReport: (text) => writeFile(files.report, text),
    writeTimings: (times) =>
      writeFile(files.timings, `${JSON.stringify({ unit: 'milliseconds', ...times }, null, 2)}\n`),
  };
}
