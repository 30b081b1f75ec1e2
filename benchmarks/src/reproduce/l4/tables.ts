import Table from 'cli-table3';
import type { Interval } from '../interval.js';
import { type L4Results, PREDICTORS } from './results.js';

/** What stands over and under the tables, on the page and in the help. */
export const LABEL = "derived from the abstract, the paper's rule is not public";

/** The tables of a run: accuracy, then what predicts the deviation. */
export function l4Tables(results: L4Results): string {
  return [accuracyTable(results), deviationTable(results), `L4: ${LABEL}`].join('\n\n');
}

function accuracyTable({ rows, ann, seeds, scope }: L4Results): string {
  const steps = rows[0].checkpoints.map(({ step }) => step);
  const table = new Table({
    ...plain,
    head: ['norm()', 'adjustment', 'ANN', ...steps.map((step) => `T = ${step}`), 'spikes'],
    colAligns: ['left', 'left', 'right', ...steps.map(() => 'right' as const), 'right'],
  });
  for (const { baseline, adjustment, annAccuracy, checkpoints, spikes } of rows) {
    const cells = checkpoints.map(({ interval }) => plusMinus(interval));
    table.push([baseline, adjustment, percent(annAccuracy), ...cells, spikes.toLocaleString('en-US')]);
  }
  const title = `${ann.title}: accuracy in % under Poisson input on ${ann.images} test images; ANN ${percent(ann.accuracy)}`;
  const legend = [
    `mean and 95 % interval over ${seeds.length} seeds of the input's spikes, the images are the same; spikes of a sample until T = ${steps.at(-1)};`,
    `λ from ${scope.calibration} training images; weak: max by layer, start at 0; strong: 99.9 percentile by layer, start at θ/2; channel: 99.9 percentile by channel, start at θ/2`,
  ];
  return [title, table.toString(), ...legend].join('\n');
}

function deviationTable({ deviation: { layers, steps, repetitions, images } }: L4Results): string {
  const table = new Table({
    ...plain,
    head: ['layer', 'spikes', 'over', ...PREDICTORS, 'neurons'],
    colAligns: ['left', 'left', 'left', ...PREDICTORS.map(() => 'right' as const), 'right'],
  });
  for (const { layer, spikes, neurons, correlation, correlationWithin } of layers) {
    const count = neurons.toLocaleString('en-US');
    table.push([layer, spikes, 'all', ...PREDICTORS.map((name) => correlation[name].toFixed(3)), count]);
    table.push([layer, spikes, 'channels', ...PREDICTORS.map((name) => correlationWithin[name].toFixed(3)), '']);
  }
  const title = `Correlation with the deviation of the potential before firing, n = ${steps}, ${repetitions} draws of ${images} images (as trained, strong)`;
  return [title, table.toString(), DEVIATION_LEGEND].join('\n');
}

const DEVIATION_LEGEND = [
  'spikes: Poisson, independent spikes of the rates that the layer receives; network, the spikes that it does receive;',
  'over: all neurons and images, or the channels at one place of one image (mean over places)',
].join('\n');

const plain = { style: { head: [], border: [], compact: true } };
const percent = (share: number): string => (share * 100).toFixed(2);
const plusMinus = ({ mean, high }: Interval): string => `${percent(mean)} ± ${percent(high - mean)}`;
