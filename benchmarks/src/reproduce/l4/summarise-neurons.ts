import { correlation } from './correlation.js';
import { type ByPredictor, type LayerDeviation, PREDICTORS } from './results.js';

/** One neuron under one image. */
export interface NeuronDeviation {
  /** Neurons of one place see the same input. */
  readonly place: string;
  readonly measured: number;
  /** In the order of the predictors. */
  readonly predicted: readonly number[];
}

/** How many neurons of a layer are kept for the plot. */
const POINTS = 150;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** What the predictors are worth over many neurons. */
export function summariseNeurons(neurons: readonly NeuronDeviation[]): Omit<LayerDeviation, 'layer' | 'spikes'> {
  const places = new Map<string, NeuronDeviation[]>();
  for (const neuron of neurons) {
    const there = places.get(neuron.place);
    if (there) there.push(neuron);
    else places.set(neuron.place, [neuron]);
  }
  // Golden steps spread over all images, places and channels.
  const shown = Array.from({ length: Math.min(POINTS, neurons.length) }, (_, k) => {
    return neurons[Math.floor(((k * GOLDEN) % 1) * neurons.length)];
  });
  return {
    neurons: neurons.length,
    correlation: byPredictor((at) => correlate(neurons, at)),
    correlationWithin: byPredictor((at) => mean([...places.values()].map((there) => correlate(there, at)))),
    points: shown.map(({ measured, predicted }) =>
      [measured, ...predicted].map((value) => Number(value.toPrecision(4))),
    ),
  };
}

const byPredictor = (value: (place: number) => number): ByPredictor =>
  Object.fromEntries(PREDICTORS.map((name, place) => [name, Number(value(place).toFixed(4))])) as ByPredictor;

const correlate = (neurons: readonly NeuronDeviation[], at: number): number =>
  correlation(
    neurons.map(({ measured }) => measured),
    neurons.map(({ predicted }) => predicted[at]),
  );

/** Of those that are numbers: where nothing varies there is no correlation. */
function mean(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
