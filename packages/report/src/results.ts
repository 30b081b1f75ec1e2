import type { Evaluation } from '@spikewright/snn-core';

/** The first line of a results file. */
export interface HeaderRecord {
  readonly kind: 'results';
  readonly format: 1;
  readonly title?: string;
  /** The command that makes the results again. */
  readonly command?: string;
}

/** What was measured of an ANN. */
export interface AnnRecord {
  readonly kind: 'ann';
  readonly name: string;
  /** SHA-256 of the network. */
  readonly hash: string;
  readonly samples: number;
  /** From 0 to 1. */
  readonly accuracy: number;
  /** Dense MACs of one sample, by node. */
  readonly multiplyAccumulates: Readonly<Record<string, number>>;
}

/** What was measured of a spiking network. */
export interface SpikingRecord {
  readonly kind: 'snn';
  readonly name: string;
  readonly hashes: { readonly ann: string; readonly snn: string };
  readonly notes: readonly string[];
  readonly evaluation: Omit<Evaluation, 'metrics'>;
  /** Where samples were stopped early: what that is to be compared with. */
  readonly cut?: {
    /** The name of the run of the same network to the end. */
    readonly of: string;
    readonly cutoff: string;
    readonly medianStopStep: number;
    /** What a cut through the scores of the run to the end claims. */
    readonly claimed: { readonly accuracy: number; readonly meanStopStep: number };
    /** The optimal cutoff timestep. */
    readonly optimal: { readonly mean: number };
  };
}

/** A conversion that could not be made. */
export interface RefusedRecord {
  readonly kind: 'refused';
  readonly name: string;
  /** SHA-256 of the ANN. */
  readonly ann: string;
  readonly reason: string;
}

/** Which spiking record a record belongs to. */
export interface Detail {
  /** The name of the spiking record. */
  readonly name: string;
  /** SHA-256 of its spiking network. */
  readonly snn: string;
}

/** An estimate of `energy-metrics`. */
export interface EnergyEstimate {
  readonly model: string;
  readonly assumptions: readonly string[];
  readonly layers: readonly EnergyParts[];
  readonly energyNanojoules: number;
}

/** The energy of a node. */
export interface EnergyParts {
  readonly node: string;
  readonly synapsesNanojoules: number;
  readonly neuronsNanojoules: number;
  readonly memoryNanojoules: number;
  readonly addressingNanojoules: number;
}

/** Energies of a spiking network, its ANN and the quantised twin: what `compareEnergy` and `breakEven` give. */
export interface EnergyRecord extends Detail {
  readonly kind: 'energy';
  readonly comparisons: readonly {
    readonly spiking: EnergyEstimate;
    readonly ann: EnergyEstimate;
    readonly twin: EnergyEstimate;
    readonly twinBits: number;
  }[];
  readonly breakEven: {
    readonly steps: number;
    readonly spikeRate: number;
    readonly twinBits: number;
    readonly rows: readonly { readonly table: string; readonly ann: CrossingRecord; readonly twin: CrossingRecord }[];
  };
}

/** Where a spiking network stops being cheaper; null means nowhere. */
export interface CrossingRecord {
  readonly spikeRate: number | null;
  readonly steps: number | null;
}

/** How well layers stand for those of the ANN: what `diagnose` gives. */
export interface LayersRecord extends Detail {
  readonly kind: 'layers';
  readonly layers: readonly {
    readonly node: string;
    /** Spikes a neuron and step. */
    readonly meanRate: number;
    /** From -1 to 1. */
    readonly correlation: number | null;
    readonly clippedMass: number;
    readonly quantisationError: number;
    readonly unevennessError: number | null;
  }[];
}

/** The spikes of some neurons of a layer for one sample. */
export interface RasterRecord extends Detail {
  readonly kind: 'raster';
  readonly node: string;
  /** The sample's place in its data set. */
  readonly sample: number;
  readonly steps: number;
  /** How many neurons are shown. */
  readonly neurons: number;
  /** One pair for each spike: its step, from 1, and the place of its neuron, from 0. */
  readonly spikes: readonly (readonly [step: number, neuron: number])[];
}

/** The membrane potentials of some neurons of a layer for one sample. */
export interface TracesRecord extends Detail {
  readonly kind: 'traces';
  readonly node: string;
  readonly sample: number;
  readonly traces: readonly {
    readonly neuron: number;
    /** In units of θ, after step 1, 2, ..., T, reset done. */
    readonly potentials: readonly number[];
  }[];
}

/** A line of a results file after the first. */
export type ResultRecord =
  | AnnRecord
  | SpikingRecord
  | RefusedRecord
  | EnergyRecord
  | LayersRecord
  | RasterRecord
  | TracesRecord;

/** A results file. */
export interface Results {
  readonly header: HeaderRecord;
  readonly records: readonly ResultRecord[];
}

/** The records of one kind, in order. */
export const recordsOf = <Kind extends ResultRecord['kind']>(
  { records }: Results,
  kind: Kind,
): Extract<ResultRecord, { kind: Kind }>[] =>
  records.filter((record): record is Extract<ResultRecord, { kind: Kind }> => record.kind === kind);
