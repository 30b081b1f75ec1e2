import { showProgress } from '../progress.js';
import { type TrainMnistOptions, trainMnist } from './mnist.js';

/** Runs `spikewright train mnist`. Ctrl-C keeps the checkpoint; a second one ends at once. */
export async function trainCommand(options: Omit<TrainMnistOptions, 'progress' | 'signal'>): Promise<void> {
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const progress = showProgress();
  try {
    const { finished, checkpoint, testAccuracy } = await trainMnist({
      ...options,
      signal: abort.signal,
      progress: {
        onStep: ({ epoch, step, steps, loss, accuracy }) => {
          const detail = `loss ${loss.toFixed(4)}, accuracy ${(accuracy * 100).toFixed(1)} %`;
          progress.update(`epoch ${epoch} of ${options.epochs}`, step, steps, detail);
        },
      },
    });
    progress.stop();
    if (finished) console.log(`${options.out}: ${((testAccuracy ?? 0) * 100).toFixed(2)} % on the 10,000 test images`);
    else {
      const { epochs, seed, out } = options;
      console.log(`Stopped; the checkpoint is ${checkpoint}. Go on with:`);
      console.log(`npm run train -- mnist --epochs ${epochs} --seed ${seed} --out ${out} --resume`);
    }
  } finally {
    progress.stop();
  }
}
