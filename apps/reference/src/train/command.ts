import { showProgress } from '../progress.js';
import { showTraining } from './show-training.js';
import { checkpointOf, type TrainNetworkOptions, trainNetwork } from './train-network.js';
import { nameOf, wholeTraining, wordsOf } from './train-options.js';

/** What `spikewright train` is told. */
export type TrainCommandOptions = Omit<TrainNetworkOptions, 'progress' | 'signal' | 'out'> & {
  /** @defaultValue `out/`, the name of the network, such as `mnist-qcfs4` or `mnist-tet`, and `.safetensors` */
  readonly out?: string;
};

/**
 * Runs `spikewright train`. Ctrl-C keeps the checkpoint and says how to go on; a second one ends at once. An error
 * says so too, if there is a checkpoint of this training.
 */
export async function trainCommand(options: TrainCommandOptions): Promise<void> {
  const training = wholeTraining(options);
  const { out = `out/${nameOf(training)}.safetensors` } = options;
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => abort.abort());
  const progress = showProgress();
  const shown = showTraining(progress, training.epochs);
  // Whether there is a checkpoint that goes with these options.
  let kept = false;
  const goOn = `Go on with:\nnpm run train -- ${resumeWords({ ...training, out })}`;
  try {
    const { finished, testAccuracy, testImages, files } = await trainNetwork({
      ...options,
      out,
      signal: abort.signal,
      progress: {
        ...shown,
        onStep: (report) => {
          kept ||= options.resume === true;
          shown.onStep(report);
        },
        onCheckpoint: () => {
          kept = true;
        },
      },
    });
    progress.stop();
    if (finished) {
      const percent = ((testAccuracy ?? 0) * 100).toFixed(2);
      const atEnd = training.method === 'ann' ? '' : ` at T = ${training.timeSteps}`;
      console.log(`${out}: ${percent} % on ${testImages.toLocaleString('en')} test images${atEnd}`);
      console.log(`Beside it: ${files.join(', ')}`);
    } else {
      const found = kept || options.resume ? `the checkpoint is ${checkpointOf(out)}. ${goOn}` : 'no step was taken.';
      console.log(`Stopped; ${found}`);
      process.exitCode = 130;
    }
  } catch (error) {
    progress.stop();
    if (kept) console.error(`The last checkpoint is kept: ${checkpointOf(out)}. ${goOn}`);
    throw error;
  } finally {
    progress.stop();
  }
}

/** The words that go on with a training, files named. */
function resumeWords(
  options: Parameters<typeof wordsOf>[0] & Pick<TrainNetworkOptions, 'data' | 'out' | 'checkpointEvery'>,
): string {
  const { data, out, checkpointEvery } = options;
  return [
    wordsOf(options),
    ...(checkpointEvery === undefined ? [] : [`--checkpoint-every ${checkpointEvery}`]),
    ...(data === undefined ? [] : [`--data ${quoted(data)}`]),
    `--out ${quoted(out)}`,
    '--resume',
  ].join(' ');
}

/** A word for a shell. */
const quoted = (word: string): string =>
  /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
