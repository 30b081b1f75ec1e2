import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, loadNetwork } from '@spikewright/snn-core';
import { showProgress } from '../progress.js';
import { conversions } from './conversions.js';
import { type MainJobOptions, mainJob } from './main-job.js';
import { markdownReport, terminalReport } from './report.js';
import type { AnnResult, ConversionResult } from './results.js';

/** What `spikewright run` is told. */
export interface RunCommandOptions extends MainJobOptions {
  /** Folder of the results. */
  readonly out: string;
}

const EMBEDDED_NETWORK = new URL('../../networks/mnist.safetensors', import.meta.url);

/**
 * Runs the main job on the embedded network: prints the report, writes it as `report.md`, every result as a line of
 * `results.jsonl` as soon as it is there, and how long each took as `timings.json`.
 */
export async function runCommand(options: RunCommandOptions): Promise<void> {
  const { out, ...job } = options;
  const ann = loadNetwork(await readFile(EMBEDDED_NETWORK));
  const command = `npm start -- --images ${job.images} --calibration ${job.calibration} --steps ${job.steps} --seed ${job.seed}`;
  await mkdir(out, { recursive: true });
  const resultsFile = join(out, 'results.jsonl');
  const progress = showProgress();
  const timings: Record<string, number> = {};
  const done: ConversionResult[] = [];
  let measured: AnnResult | undefined;
  let start = performance.now();
  try {
    for await (const result of mainJob(ann, conversions, job, progress.update)) {
      // The first line replaces an older file; it is written only when there is something to put in its place.
      const write = measured ? appendFile : writeFile;
      await write(resultsFile, `${canonicalJson(result)}\n`);
      if (result.kind === 'ann') measured = result;
      else done.push(result);
      timings[result.name] = Math.round(performance.now() - start);
      start = performance.now();
    }
  } finally {
    progress.stop();
  }
  if (!measured) return;
  await writeFile(join(out, 'report.md'), markdownReport(measured, done, command));
  await writeFile(join(out, 'timings.json'), `${JSON.stringify({ unit: 'milliseconds', ...timings }, null, 2)}\n`);
  console.log(terminalReport(measured, done, command));
  console.log(`\nWritten: ${join(out, 'report.md')}, ${resultsFile}, ${join(out, 'timings.json')}`);
}
