import type { Network } from '@spikewright/snn-core';
import { arithmetic } from './arithmetic.js';
import type { EnergyCounts, EnergyModel } from './energy-model.js';
import { neuronsOf } from './layer-work.js';
import { lemaire } from './lemaire.js';
import { proxy } from './proxy.js';
import { twinBits } from './twin-bits.js';

/** A cost table: what estimates the spiking network, and what its ANN. */
export interface CostTable {
  readonly name: string;
  readonly spiking: EnergyModel;
  /** @defaultValue the same model */
  readonly dense?: EnergyModel;
}

/** Where a spiking network stops being cheaper than a network that is computed densely. */
export interface Crossing {
  /** Energy of one dense pass. */
  readonly denseNanojoules: number;
  /** Whether the run as it was measured is cheaper. */
  readonly cheaper: boolean;
  /**
   * Spikes a neuron and step, at the T of the run, from which on the spiking network is not cheaper; 0 if even silence
   * is too dear, null if nothing that grows with the rate is charged.
   */
  readonly spikeRate: number | null;
  /**
   * The most steps, at the spike rate of the run, up to which the spiking network is cheaper; 0 if one is too many, null
   * beyond 65,536.
   */
  readonly steps: number | null;
}

/** The crossings by one cost table. */
export interface BreakEvenRow {
  readonly table: string;
  readonly spikingNanojoules: number;
  /** Against the ANN in the model's own width. */
  readonly ann: Crossing;
  /** Against the quantised ANN of `ceil(log2(T + 1))` activation bits; where T varies, its bits do. */
  readonly twin: Crossing;
}

/** E4: the crossings by every cost table. Plain JSON. */
export interface BreakEvenReport {
  /** T: the mean stop step of the run. */
  readonly steps: number;
  /** Spikes a neuron and step of the run. */
  readonly spikeRate: number;
  readonly twinBits: number;
  readonly rows: readonly BreakEvenRow[];
  /** The least and the most over the tables of the crossing with the twin; null means no bound. */
  readonly spikeRateRange: readonly [least: number | null, most: number | null];
  readonly stepsRange: readonly [least: number | null, most: number | null];
  readonly assumptions: readonly string[];
}

/** The tables that `breakEven` takes if none are given, all of 45 nm: E0 in four number formats, E2 in two widths. */
export const costTables = (): CostTable[] => [
  ...Object.entries(arithmetic).map(([name, costs]) => ({ name: `proxy ${name}`, spiking: proxy({ ...costs }) })),
  { name: 'lemaire 32 bits', spiking: lemaire() },
  {
    name: 'lemaire 8 bits',
    spiking: lemaire({
      bits: 8,
      multiplyPicojoules: arithmetic.int8.multiplyPicojoules,
      addPicojoules: arithmetic.int8.addPicojoules,
    }),
  },
];

/**
 * E4: the spike rate and the T at which a spiking network stops being cheaper than its ANN and than the quantised ANN that
 * says as much (Yan, Bai and Wong, arXiv 2409.08290), by several cost tables.
 *
 * Rates and steps are changed by scaling what the run did: all layers alike, analog layers and neurons with T only.
 *
 * @throws ReferenceError if the counts are of another network, RangeError if there is no table or no neuron
 */
export function breakEven(
  subject: { readonly ann: Network; readonly snn: Network; readonly counts: EnergyCounts },
  tables: readonly CostTable[] = costTables(),
): BreakEvenReport {
  const { ann, snn, counts } = subject;
  if (tables.length === 0) throw new RangeError('Cannot find break-even: there must be at least 1 cost table: 0 given');
  const steps = counts.meanStopStep;
  const spikeRate = rateOf(counts, snn);
  const rows = tables.map(({ name, spiking, dense = spiking }) => {
    const annPass = (): number => dense.dense(ann).energyNanojoules;
    const twinPass = (t: number): number => dense.dense(ann, twinBits(t)).energyNanojoules;
    const cost = { model: spiking, counts, snn, spikeRate };
    return {
      table: name,
      spikingNanojoules: spiking.spiking(counts, snn).energyNanojoules,
      ann: crossing(cost, annPass),
      twin: crossing(cost, twinPass),
    };
  });
  return {
    steps,
    spikeRate,
    twinBits: twinBits(steps),
    rows,
    spikeRateRange: range(rows.map(({ twin }) => twin.spikeRate)),
    stepsRange: range(rows.map(({ twin }) => twin.steps)),
    assumptions: ASSUMPTIONS,
  };
}

interface Cost {
  readonly model: EnergyModel;
  readonly counts: EnergyCounts;
  readonly snn: Network;
  readonly spikeRate: number;
}

function crossing({ model, counts, snn, spikeRate }: Cost, densePass: (steps: number) => number): Crossing {
  const energyOf = (scaled: EnergyCounts): number => model.spiking(scaled, snn).energyNanojoules;
  const denseNanojoules = densePass(counts.meanStopStep);
  // All models are straight lines in the rate and in T: two points tell them.
  const silent = energyOf(atRate(counts, 0));
  const measured = energyOf(counts);
  const one = energyOf(atSteps(counts, 1));
  const slope = energyOf(atSteps(counts, 2)) - one;
  const share = (denseNanojoules - silent) / (measured - silent);
  return {
    denseNanojoules,
    cheaper: measured < denseNanojoules,
    spikeRate: measured === silent ? null : Math.max(0, share * spikeRate),
    steps: mostSteps((steps) => one + slope * (steps - 1) < densePass(steps)),
  };
}

const MOST_STEPS = 65_536;

/** The steps before the first that fail. Between two powers of 2 the twin has the same bits, so that halving finds it. */
function mostSteps(cheaper: (steps: number) => boolean): number | null {
  for (let low = 1; low <= MOST_STEPS; low *= 2) {
    let high = 2 * low - 1;
    if (cheaper(high)) continue;
    if (!cheaper(low)) return low - 1;
    let holds = low;
    while (high - holds > 1) {
      const middle = Math.floor((holds + high) / 2);
      if (cheaper(middle)) holds = middle;
      else high = middle;
    }
    return holds;
  }
  return null;
}

/** The counts as they would be with so many times the spikes. */
function atRate({ work, meanStopStep }: EnergyCounts, factor: number): EnergyCounts {
  const { spikes, accumulates, multiplyAccumulates } = work;
  return {
    meanStopStep,
    work: { spikes: times(spikes, factor), accumulates: times(accumulates, factor), multiplyAccumulates },
  };
}

/** The counts as they would be after so many steps. */
function atSteps({ work, meanStopStep }: EnergyCounts, steps: number): EnergyCounts {
  const factor = steps / meanStopStep;
  const { spikes, accumulates, multiplyAccumulates } = work;
  return {
    meanStopStep: steps,
    work: {
      spikes: times(spikes, factor),
      accumulates: times(accumulates, factor),
      multiplyAccumulates: times(multiplyAccumulates, factor),
    },
  };
}

const times = (counts: Readonly<Record<string, number>>, factor: number): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count * factor]));

function rateOf({ work, meanStopStep }: EnergyCounts, snn: Network): number {
  const neurons = neuronsOf(snn).reduce((sum, layer) => sum + layer.neurons, 0);
  if (neurons === 0)
    throw new RangeError('Cannot find break-even: the network must have neurons (convert it first): 0');
  return Object.values(work.spikes).reduce((sum, count) => sum + count, 0) / (neurons * meanStopStep);
}

/** Least and most; null is beyond all numbers. */
function range(values: readonly (number | null)[]): [number | null, number | null] {
  const sorted = values.map((value) => value ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)!];
  return [Number.isFinite(least) ? least : null, Number.isFinite(most) ? most : null];
}

const ASSUMPTIONS: readonly string[] = [
  'dense passes compute every multiply-addition, zeros too',
  'other rates and steps: the work of the run scaled, all layers alike',
  'moving data between chips and cores is not counted',
];
