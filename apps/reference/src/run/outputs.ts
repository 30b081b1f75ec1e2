import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@spikewright/snn-core';
import { removePage } from './page-outputs.js';

/** The files of a run. */
export interface Outputs {
  readonly files: { readonly report: string; readonly results: string; readonly timings: string };
  /** Adds a line to `results.jsonl`. */
  addResult(result: unknown): void;
  /** All lines that were added. */
  readResults(): string;
  writeReport(text: string): void;
  /** How long each part took, by kind. */
  writeTimings(milliseconds: Readonly<Record<string, Readonly<Record<string, number>>>>): void;
}

/**
 * Makes the folder of a run and empties the files of an earlier one, so that no report stands beside results that are not
 * its own. Whatever cannot be written is found here, before the work. No file is ever left half written by Ctrl-C, because
 * none is written in the background.
 *
 * @throws ReferenceError naming what cannot be written
 */
export function openOutputs(folder: string): Outputs {
  const at = (name: string): string => join(folder, name);
  const files = { report: at('report.md'), results: at('results.jsonl'), timings: at('timings.json') };
  try {
    mkdirSync(folder, { recursive: true });
    removePage(folder);
    for (const file of [files.results, files.timings, files.report]) writeFileSync(file, '');
    rmSync(files.report);
    rmSync(files.timings);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new ReferenceError(`Cannot write results: the folder of --out must be writable: '${folder}' (${reason})`, {
      cause,
    });
  }
  return {
    files,
    addResult: (result) => appendFileSync(files.results, `${canonicalJson(result)}\n`),
    readResults: () => readFileSync(files.results, 'utf8'),
    writeReport: (text) => writeFileSync(files.report, text),
    writeTimings: (times) =>
      writeFileSync(files.timings, `${JSON.stringify({ unit: 'milliseconds', ...times }, null, 2)}\n`),
  };
}
