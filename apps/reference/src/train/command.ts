import { showProgress } from '../progress.js';
import { activationOf, nameOf } from './recipe.js';
import { type TrainNetworkOptions, trainNetwork } from './train-network.js';

/** What `spikewright train` is told. */
export type TrainCommandOptions = Omit<TrainNetworkOptions, 'progress' | 'signal' | 'out'> & {
  /** @defaultValue `out/`, the name of the network, such as `mnist-qcfs4`, and `.safetensors` */
  readonly out?: string;
};

/** Runs `spikewright train`. Ctrl-C keeps the checkpoint; a second one ends at once. */
export async function trainCommand(options: TrainCommandOptions): Promise<void> {
  const { dataSet, data, epochs, seed, rcs, activation = 'relu', levels = 4 } = options;
  const { out = `out/${nameOf(dataSet, activationOf(dataSet, activation, levels), rcs)}.safetensors` } = options;
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const progress = showProgress();
  try {
    const { finished, checkpoint, testAccuracy } = await trainNetwork({
      ...options,
      out,
      signal: abort.signal,
      progress: {
        onStep: ({ epoch, step, steps, loss, accuracy }) => {
          const detail = `loss ${loss.toFixed(4)}, accuracy ${(accuracy * 100).toFixed(1)} %`;
          progress.update(`epoch ${epoch} of ${epochs}`, step, steps, detail);
        },
      },
    });
    progress.stop();
    if (finished) console.log(`${out}: ${((testAccuracy ?? 0) * 100).toFixed(2)} % on the 10,000 test images`);
    else {
      const folder = data === undefined ? '' : ` --data ${data}`;
      const regularizer = rcs === undefined ? '' : ` --rcs ${rcs}`;
      const choice = `--activation ${activation} --levels ${levels}${regularizer} --epochs ${epochs} --seed ${seed}`;
      console.log(`Stopped; the checkpoint is ${checkpoint}. Go on with:`);
      console.log(`npm run train -- ${dataSet}${folder} ${choice} --out ${out} --resume`);
    }
  } finally {
    progress.stop();
  }
}
