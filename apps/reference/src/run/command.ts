import { readFile } from 'node:fs/promises';
import { loadNetwork, type Network } from '@spikewright/snn-core';
import { showProgress } from '../progress.js';
import { conversions } from './conversions.js';
import { type MainJobOptions, mainJob } from './main-job.js';
import { openOutputs } from './outputs.js';
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
 * `results.jsonl` as soon as it is there, and how long each took as `timings.json`. Ctrl-C keeps the lines written.
 */
export async function runCommand({ out, ...job }: RunCommandOptions): Promise<void> {
  const ann = await embeddedNetwork();
  const command = `npm start -- --images ${job.images} --calibration ${job.calibration} --steps ${job.steps} --seed ${job.seed} --engine ${job.engine}`;
  const outputs = await openOutputs(out);
  const progress = showProgress();
  process.once('SIGINT', () => {
    progress.stop();
    console.error(`Stopped. The results so far are in ${outputs.files.results}`);
    process.exit(130);
  });
  const timings: Record<string, number> = {};
  const done: ConversionResult[] = [];
  let measured: AnnResult | undefined;
  let start = performance.now();
  try {
    for await (const result of mainJob(ann, conversions, job, progress.update)) {
      await outputs.addResult(result);
      if (result.kind === 'ann') measured = result;
      else done.push(result);
      timings[result.name] = Math.round(performance.now() - start);
      start = performance.now();
    }
  } finally {
    progress.stop();
  }
  if (!measured) return;
  await outputs.writeReport(markdownReport(measured, done, command));
  await outputs.writeTimings(timings);
  console.log(terminalReport(measured, done, command));
  console.log(`\nWritten: ${Object.values(outputs.files).join(', ')}`);
}

async function embeddedNetwork(): Promise<Network> {
  try {
    return loadNetwork(await readFile(EMBEDDED_NETWORK));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new TypeError(`Cannot run: the embedded network must be sound: ${EMBEDDED_NETWORK.pathname} (${reason})`, {
      cause,
    });
  }
}
