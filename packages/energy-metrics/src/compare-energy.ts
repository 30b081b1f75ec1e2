import type { Network } from '@spikewright/snn-core';
import type { EnergyCounts, EnergyModel, EnergyReport } from './energy-model.js';
import { twinBits } from './twin-bits.js';

/** Work beside the run that is measured. */
export interface ExtraWork {
  /** What it is: `'pre-simulation'`, `'calibration'`, ... */
  readonly name: string;
  /** What one of its samples did on average; an `Evaluation` is one. */
  readonly counts: EnergyCounts;
  /** How many samples it took. */
  readonly samples: number;
  /** Whether it is done again for every sample of the run, or once before all. */
  readonly when: 'everySample' | 'once';
}

/** The energy of extra work, a line of its own. */
export interface ExtraEnergy {
  readonly name: string;
  readonly when: ExtraWork['when'];
  readonly samples: number;
  /** All its samples. */
  readonly energyNanojoules: number;
}

/** The spiking network, its ANN and the quantised twin of the ANN, by one model. */
export interface EnergyComparison {
  readonly spiking: EnergyReport;
  readonly ann: EnergyReport;
  /** The ANN with as many activation bits as T steps can tell apart. */
  readonly twin: EnergyReport;
  readonly twinBits: number;
  readonly extras: readonly ExtraEnergy[];
  /** One sample of the spiking network with the extra work of every sample; work done once is not in it. */
  readonly energyNanojoules: number;
}

/** What is compared. */
export interface ComparisonSubject {
  readonly ann: Network;
  readonly snn: Network;
  /** What the spiking network did; an `Evaluation` of snn-core. */
  readonly counts: EnergyCounts;
  /** @defaultValue none */
  readonly extras?: readonly ExtraWork[];
}

/**
 * Puts the ANN and its bit-matched quantised twin beside a spiking network, by each model.
 *
 * @throws ReferenceError if the counts are of another network, RangeError for samples that are no whole number
 */
export function compareEnergy(models: readonly EnergyModel[], subject: ComparisonSubject): EnergyComparison[] {
  const { ann, snn, counts, extras = [] } = subject;
  const bits = twinBits(counts.meanStopStep);
  return models.map((model) => {
    const spiking = model.spiking(counts, snn);
    const costs = extras.map((extra) => extraEnergy(model, extra, snn));
    const everySample = costs.filter(({ when }) => when === 'everySample');
    return {
      spiking,
      ann: model.dense(ann),
      twin: model.dense(ann, bits),
      twinBits: bits,
      extras: costs,
      energyNanojoules: everySample.reduce((sum, extra) => sum + extra.energyNanojoules, spiking.energyNanojoules),
    };
  });
}

function extraEnergy(model: EnergyModel, { name, counts, samples, when }: ExtraWork, snn: Network): ExtraEnergy {
  if (!Number.isInteger(samples) || samples < 1)
    throw new RangeError(`Cannot compare energy: samples of '${name}' must be a whole number from 1: ${samples}`);
  return { name, when, samples, energyNanojoules: samples * model.spiking(counts, snn).energyNanojoules };
}
