import * as Plot from '@observablehq/plot';
import { draw, type Figure, lines } from '../draw.js';
import { GREY, INK, PAPER, type SeriesStyle, styles } from '../style.js';

/** Loss and accuracy, a share, of a network on some data. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** What an epoch of training gave: an `EpochReport` of `@spikewright/training`, or a line of a training log. */
export interface TrainingEpoch extends Score {
  /** From 1. */
  readonly epoch: number;
  /** On held-out data, after the epoch; absent if nothing is held out. */
  readonly validation?: Score;
}

/** What stands beside the curves. */
export interface TrainingOutcome {
  /** Accuracy on test data, a share, drawn as a dashed line. */
  readonly testAccuracy?: number | undefined;
  /** The epoch whose weights were taken, if not the last; drawn as a dashed line. */
  readonly bestEpoch?: number | undefined;
}

const WIDTH = 720;
const [LOSS_HEIGHT, ACCURACY_HEIGHT] = [230, 250];

/**
 * Loss and accuracy over epochs, one above the other, on training data and, where there are, on held-out data. Loss is drawn
 * on a logarithmic axis, without values that are not above 0.
 *
 * @throws RangeError if there is no epoch
 */
export function trainingCurves(epochs: readonly TrainingEpoch[], outcome: TrainingOutcome = {}): Figure {
  if (epochs.length === 0) throw new RangeError('Cannot draw training curves: there must be an epoch: 0');
  const training = epochs.map(({ epoch, loss, accuracy }) => ({ part: 'training', epoch, loss, accuracy }));
  const heldOut = epochs.flatMap(({ epoch, validation }) =>
    validation ? [{ part: 'held-out', epoch, ...validation }] : [],
  );
  const series = styles(heldOut.length > 0 ? ['training', 'held-out'] : ['training']);
  const points = [...training, ...heldOut].map(({ part, epoch, loss, accuracy }) => ({
    ...(series.find(({ name }) => name === part) as SeriesStyle),
    epoch,
    loss,
    percent: accuracy * 100,
  }));
  const curve = (shown: typeof points, y: 'loss' | 'percent'): Plot.Markish[] => [
    ...best(outcome),
    ...lines(shown, { x: 'epoch', y, z: 'name', strokeWidth: 1.8 }),
    Plot.dot(shown, { x: 'epoch', y, symbol: 'symbol', fill: 'color', r: epochs.length > 60 ? 2 : 3.5 }),
  ];
  const last = epochs[epochs.length - 1].epoch;
  const x = { domain: [1, Math.max(2, last)], ticks: Math.min(12, Math.max(1, last - 1)), tickFormat: 'd' };
  const common = { width: WIDTH, marginRight: 40, color: { type: 'identity' } } as const;
  const positive = points.filter(({ loss }) => loss > 0);
  const loss = draw(
    {
      ...common,
      height: LOSS_HEIGHT,
      x: { ...x, label: null },
      y: {
        type: positive.length > 0 ? 'log' : 'linear',
        label: 'loss',
        labelArrow: 'up',
        grid: true,
        ticks: 5,
        tickFormat: '~g',
      },
      marks: curve(positive, 'loss'),
    },
    series,
  );
  const accuracy = draw({
    ...common,
    height: ACCURACY_HEIGHT,
    x: { ...x, label: 'epoch' },
    y: { label: 'accuracy (%)', labelArrow: 'up', grid: true, nice: true, ticks: 6 },
    marks: [...curve(points, 'percent'), ...test(outcome)],
  });
  const taken = outcome.bestEpoch === undefined ? '' : ' Upright: the epoch that was taken.';
  const tested = outcome.testAccuracy === undefined ? '' : ' Dashed: accuracy on test data.';
  return {
    name: 'training-curves',
    title: 'Training',
    caption: `Loss and share of right answers over epochs: means over the training batches while the weights moved, held-out data after each epoch.${tested}${taken}`,
    svg: stacked([loss, accuracy]),
  };
}

const best = ({ bestEpoch }: TrainingOutcome): Plot.Markish[] =>
  bestEpoch === undefined ? [] : [Plot.ruleX([bestEpoch], { stroke: GREY, strokeDasharray: '2 3' })];

const test = ({ testAccuracy }: TrainingOutcome): Plot.Markish[] => {
  if (testAccuracy === undefined) return [];
  const label = { frameAnchor: 'right', y: (percent: number) => percent, dx: 9, textAnchor: 'start' } as const;
  return [
    Plot.ruleY([testAccuracy * 100], { stroke: INK, strokeDasharray: '4 3' }),
    Plot.text([testAccuracy * 100], { ...label, text: () => 'test' }),
  ];
};

/** Drawings of one width as one, one below the other: scales of Plot are shared by all panels of a plot. */
function stacked(drawings: readonly string[]): string {
  let bottom = 0;
  const placed = drawings.map((svg) => {
    const y = bottom;
    bottom += Number(/ height="(\d+)"/.exec(svg)?.[1]);
    return svg.replace('<svg ', `<svg y="${y}" `);
  });
  const size = `width="${WIDTH}" height="${bottom}" viewBox="0 0 ${WIDTH} ${bottom}"`;
  const root = `xmlns="http://www.w3.org/2000/svg" ${size} role="img" style="background: ${PAPER}"`;
  return `<svg ${root}>${placed.join('')}</svg>`;
}
