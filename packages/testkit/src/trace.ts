import {
  type Batch,
  type Frame,
  isWeighted,
  type Network,
  type Operations,
  type Program,
  type RunOptions,
} from '@spikewright/snn-core';
import { allClose } from './all-close.js';
import { insist, insistSame } from './check.js';

/** What one sample did in one step. */
export interface TracedStep {
  readonly step: number;
  /** By the name of the neuron node. */
  readonly spikes: Readonly<Record<string, readonly number[]>>;
  readonly scores: readonly number[];
  /** By the name of the weighted node. */
  readonly operations: Readonly<Record<string, Operations>>;
}

/** The steps of every sample, by its place in the data set. */
export type Trace = ReadonlyMap<number, readonly TracedStep[]>;

/**
 * Runs a batch and writes down all that its frames show.
 *
 * @param stopAfter - after which of its steps a sample, named by its place in the data set, is stopped
 */
export async function traceRun(
  program: Program,
  batch: Batch,
  options: RunOptions,
  stopAfter: (sample: number) => number = () => Number.POSITIVE_INFINITY,
): Promise<Trace> {
  const trace = new Map<number, TracedStep[]>();
  for await (const frame of program.run(batch, options)) {
    for (const [row, place] of placesOf(frame, batch).entries()) {
      const sample = batch.indices[place];
      const steps = trace.get(sample) ?? [];
      steps.push(tracedStep(program.network, frame, row));
      trace.set(sample, steps);
      if (frame.stepOf(row) >= stopAfter(sample)) frame.stop(row);
    }
  }
  return trace;
}

/** The sample in each row of a frame. */
function placesOf(frame: Frame, batch: Batch): number[] {
  const places = Array.from({ length: frame.rows }, (_, row) => frame.sampleOf(row));
  const strange = places.find((place) => !(Number.isInteger(place) && place >= 0 && place < batch.size));
  insist(strange === undefined, `sampleOf must be a place in the batch of ${batch.size} samples, and is ${strange}`);
  insist(new Set(places).size === places.length, `a sample must have one row only, and rows have ${places.join(', ')}`);
  return places;
}

function tracedStep({ nodes }: Network, frame: Frame, row: number): TracedStep {
  const neurons = nodes.filter(({ op }) => op === 'neuron');
  return {
    step: frame.stepOf(row),
    spikes: Object.fromEntries(neurons.map(({ name }) => [name, Array.from(frame.spikes(name, row))])),
    scores: Array.from(frame.scores(row)),
    operations: Object.fromEntries(nodes.filter(isWeighted).map(({ name }) => [name, frame.operations(name, row)])),
  };
}

/** Throws an Error unless samples took the same steps: spikes and operations equal, scores within 1e-6. */
export function insistSameTrace(actual: Trace, expected: Trace, what: string): void {
  insistSame([...actual.keys()].sort(ascending), [...expected.keys()].sort(ascending), `${what}: the samples that ran`);
  for (const [sample, steps] of expected) {
    const ours = actual.get(sample) ?? [];
    insistSame(clock(ours), clock(steps), `${what}: the steps of sample ${sample}`);
    steps.forEach((step, place) => {
      insistSameStep(ours[place], step, `${what}: in step ${step.step} of sample ${sample}`);
    });
  }
}

function insistSameStep(actual: TracedStep, expected: TracedStep, where: string): void {
  insistSame(actual.spikes, expected.spikes, `${where} the spikes`);
  const { pass, message } = allClose(actual.scores, expected.scores, { absolute: 1e-6 });
  insist(pass, `${where} the scores must be close, and ${message}`);
  insistSame(actual.operations, expected.operations, `${where} the operations`);
}

function clock(steps: readonly TracedStep[]): number[] {
  return steps.map(({ step }) => step);
}

function ascending(a: number, b: number): number {
  return a - b;
}
