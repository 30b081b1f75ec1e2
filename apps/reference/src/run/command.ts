import { readResults } from '@spikewright/report';
import { embeddedNetwork, readSubject } from '../models/embedded.js';
import type { InputScale } from '../models/input-scale.js';
import { showProgress } from '../progress.js';
import { readConversions } from './catalogue.js';
import { catalogueTable } from './converters-command.js';
import { type ImageChoice, readImages } from './images.js';
import { type MainJobOptions, mainJob, type Subject } from './main-job.js';
import { openOutputs } from './outputs.js';
import { writePage } from './page-outputs.js';
import { markdownReport, TITLE, terminalReport, terminalTable } from './report.js';
import { type Result, sortResults } from './results.js';

/** What `spikewright run` is told. */
export interface RunCommandOptions extends MainJobOptions, ImageChoice, InputScale {
  /** Folder of the results. */
  readonly out: string;
  /** Pipelines parted by commas; see {@link readConversions}. */
  readonly converter?: string;
  /** Print what converters there are, and do nothing else. */
  readonly list?: boolean;
}

/** The conversions of a run that names none. */
const DEFAULT_CONVERSIONS = 'weak,strong,norm,norm+8-bit,l4+strong,ecc,balance,calibration';
/** What the default run shows beside them: a network that was trained to be converted. */
const TRAINED_FOR_IT = { network: 'mnist-qcfs4', conversions: 'qcfs' };

/**
 * Runs the main job on a model file, or on the embedded networks: prints the report, writes it as `report.md` and, with
 * figures, as `report.html`, every result as a line of `results.jsonl` as soon as it is there, and how long each took as
 * `timings.json`. Ctrl-C keeps the lines written. Where every conversion is refused, the exit code is 1.
 *
 * @param command - the words that say the same again
 */
export async function runCommand(
  model: string | undefined,
  options: RunCommandOptions,
  command: string,
): Promise<void> {
  if (options.list) {
    console.log(terminalTable(catalogueTable()));
    return;
  }
  const subjects = await readSubjects(model, options);
  const images = await readImages(options, subjects[0].ann);
  const outputs = openOutputs(options.out);
  outputs.addResult({ kind: 'results', format: 1, title: TITLE, command });
  const progress = showProgress();
  process.once('SIGINT', () => {
    progress.stop();
    console.error(`Stopped. The results so far are in ${outputs.files.results}`);
    process.exit(130);
  });
  const timings: Record<string, number> = {};
  const done: Result[] = [];
  let start = performance.now();
  try {
    for await (const result of mainJob(subjects, images, options, progress.update)) {
      outputs.addResult(result);
      done.push(result);
      const phase = 'snn' in result ? `${result.name}, details` : result.name;
      timings[phase] = Math.round((timings[phase] ?? 0) + performance.now() - start);
      start = performance.now();
    }
    const results = sortResults(done);
    outputs.writeReport(markdownReport(results, command));
    outputs.writeTimings(timings);
    const written = await writePage(options.out, readResults(outputs.readResults()), (figures, all) =>
      progress.update('figures', figures, all),
    );
    progress.stop();
    console.log(terminalReport(results, command));
    console.log(`\nWritten:\n  ${[...written, ...Object.values(outputs.files)].join('\n  ')}`);
    if (results.conversions.length === 0) process.exitCode = 1;
  } finally {
    progress.stop();
  }
}

/** The networks of a run, each with its conversions. */
async function readSubjects(model: string | undefined, options: RunCommandOptions): Promise<Subject[]> {
  const conversions = readConversions(options.converter ?? DEFAULT_CONVERSIONS);
  const given = { ann: await readSubject(model, options), conversions };
  if (model !== undefined || options.converter !== undefined) return [given];
  const { network, conversions: others } = TRAINED_FOR_IT;
  return [given, { ann: await embeddedNetwork(network), conversions: readConversions(others) }];
}
