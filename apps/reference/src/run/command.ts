import { readResults } from '@spikewright/report';
import { embeddedNetwork, readSubject } from '../models/embedded.js';
import { type InputScale, withInputScale } from '../models/input-scale.js';
import { showProgress } from '../progress.js';
import { type Conversion, readConversions } from './catalogue.js';
import { catalogueTable } from './converters-command.js';
import { cutoffNames, cutoffs, cutoffTable, cutsOf } from './cutoffs.js';
import { type ImageChoice, readImages } from './images.js';
import { type MainJobOptions, mainJob, type Subject } from './main-job.js';
import { openOutputs } from './outputs.js';
import { writePage } from './page-outputs.js';
import { markdownReport, TITLE, terminalReport, terminalTable } from './report.js';
import { type Result, sortResults } from './results.js';
import { timeTable } from './time-table.js';
import { tunerTable, withTuners } from './tuners.js';

/** What `spikewright run` is told. */
export interface RunCommandOptions extends MainJobOptions, ImageChoice, InputScale {
  /** Folder of the results. */
  readonly out: string;
  /** Pipelines parted by commas; see {@link readConversions}. */
  readonly converter?: string;
  /** Tuners parted by commas, each for a row of its own; see {@link withTuners}. */
  readonly tuner?: string;
  /** Cutoffs parted by commas, each for a row of its own, or 'none'; see {@link cutoffNames}. */
  readonly cutoff: string;
  /** ε of the cutoffs. */
  readonly epsilon?: number;
  /** Print what converters, tuners and cutoffs there are, and do nothing else. */
  readonly list?: boolean;
}

/** The conversions of a run that names none, and one that is tuned. */
const DEFAULT_CONVERSIONS = 'weak,norm,l4+strong,ecc';
const DEFAULT_TUNED = { conversion: 'strong', tuner: 'hebbian-onset' };
/** What the default run shows beside them: networks that were trained to be converted, and to be stopped early. */
const TRAINED_FOR_IT = ['mnist-qcfs4', 'mnist-qcfs4-rcs'];

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
    console.log([catalogueTable(), tunerTable(), cutoffTable()].map(terminalTable).join('\n\n'));
    return;
  }
  const subjects = await readSubjects(model, options);
  const names = cutoffNames(options.cutoff);
  const holdBack = names.some((name) => cutoffs[name].learnsFrom === 'held-out images');
  const images = await readImages(options, subjects[0].ann, holdBack);
  const cuts = cutsOf(names, images.test.indices.length, options.epsilon);
  const outputs = openOutputs(options.out);
  outputs.addResult({ kind: 'results', format: 1, title: TITLE, command });
  const progress = showProgress();
  process.once('SIGINT', () => {
    progress.stop();
    console.error(`Stopped. The results so far are in ${outputs.files.results}`);
    process.exit(130);
  });
  const timings: Record<string, number> = {};
  const simulation: Record<string, number> = {};
  const done: Result[] = [];
  const listeners = {
    onProgress: progress.update,
    onTiming: (run: string, milliseconds: number) => {
      simulation[run] = Math.round(milliseconds);
    },
  };
  let start = performance.now();
  try {
    for await (const result of mainJob(subjects, images, { ...options, cuts }, listeners)) {
      outputs.addResult(result);
      done.push(result);
      const phase = 'snn' in result ? `${result.name}, details` : result.name;
      timings[phase] = Math.round((timings[phase] ?? 0) + performance.now() - start);
      start = performance.now();
    }
    const results = sortResults(done);
    outputs.writeReport(markdownReport(results, command));
    outputs.writeTimings({ phases: timings, simulation });
    const written = await writePage(options.out, readResults(outputs.readResults()), (figures, all) =>
      progress.update('figures', figures, all),
    );
    progress.stop();
    console.log(terminalReport(results, command));
    if (results.cuts.length > 0) console.log(`\n${terminalTable(timeTable(results, simulation))}`);
    console.log(`\nWritten:\n  ${[...written, ...Object.values(outputs.files)].join('\n  ')}`);
    if (results.conversions.length === 0) process.exitCode = 1;
  } finally {
    progress.stop();
  }
}

/** The networks of a run, each with its conversions. */
async function readSubjects(model: string | undefined, options: RunCommandOptions): Promise<Subject[]> {
  const ann = await readSubject(model, options);
  const { converter, tuner } = options;
  const tuned = (conversions: Conversion[]): Conversion[] =>
    tuner === undefined ? conversions : withTuners(conversions, tuner);
  const conversions = tuned(readConversions(converter ?? DEFAULT_CONVERSIONS));
  if (model !== undefined || converter !== undefined) return [{ ann, conversions }];
  const shown = withTuners(readConversions(DEFAULT_TUNED.conversion), tuner ?? DEFAULT_TUNED.tuner);
  const [weak, ...others] = conversions;
  const trained = TRAINED_FOR_IT.map(async (network) => ({
    ann: withInputScale(await embeddedNetwork(network), options),
    // Names tell the rows of the report and the times apart.
    conversions: tuned(readConversions('qcfs').map((one) => ({ ...one, name: `${one.name}, ${network}` }))),
  }));
  return [{ ann, conversions: [weak, ...shown, ...others] }, ...(await Promise.all(trained))];
}
