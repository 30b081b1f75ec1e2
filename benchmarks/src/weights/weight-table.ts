import Table from 'cli-table3';
import type { WeightResults } from './results.js';

/** The table of a run: a line for each type of weights. */
export function weightTable({ results, annAccuracy, ...run }: WeightResults): string {
  const steps = results[0].checkpoints.map(({ step }) => step);
  const table = new Table({
    head: [
      'weights',
      ...steps.map((step) => `T = ${step}`),
      'spikes',
      'SynOps',
      'ms',
      'busy',
      'x float32',
      'gained, lost',
    ],
    colAligns: ['left', ...steps.map(() => 'right' as const), 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { weights, checkpoints, spikes, synapticOperations, timing } of results) {
    const { gained, lost } = checkpoints[checkpoints.length - 1];
    table.push([
      weights,
      ...checkpoints.map(({ accuracy }) => percent(accuracy)),
      whole(spikes),
      whole(synapticOperations),
      timing.median.toPrecision(3),
      timing.busy.toPrecision(3),
      timing.ratio.toFixed(2),
      `+${gained} -${lost}`,
    ]);
  }
  return `${title(run)}; accuracy in % (ANN: ${percent(annAccuracy)})\n${table}\n${LEGEND}`;
}

const LEGEND = [
  'spikes and SynOps (additions) of a sample until T; ms a sample and step, one thread, median of interleaved rounds;',
  'busy: processor time; x float32: that by the one of float32, median of the ratios of rounds; gained, lost: images',
  'right at T that are wrong with float32, and the other way round',
].join('\n');

const title = ({ network, data, images, calibration, seed, batch }: Omit<WeightResults, 'results' | 'annAccuracy'>) =>
  `${network.name} (${network.hash.slice(0, 12)}), ${whole(images)} test images of ${data}, norm() on ${whole(calibration)} training images, seed ${seed}, batch ${batch}`;

const percent = (share: number): string => (share * 100).toFixed(2);
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
