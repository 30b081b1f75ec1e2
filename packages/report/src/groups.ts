import {
  type AnnRecord,
  type Detail,
  type EnergyRecord,
  type LayersRecord,
  type RasterRecord,
  type RefusedRecord,
  type Results,
  recordsOf,
  type SpikingRecord,
  type TracesRecord,
} from './results.js';

/** An ANN and all that came of it. */
export interface Group {
  readonly ann: AnnRecord;
  readonly runs: readonly SpikingRecord[];
  readonly refused: readonly RefusedRecord[];
  readonly energies: readonly EnergyRecord[];
  readonly layers: readonly LayersRecord[];
  readonly rasters: readonly RasterRecord[];
  readonly traces: readonly TracesRecord[];
}

/** Puts the records of each ANN together, in the order of the file. */
export function groupsOf(results: Results): Group[] {
  return recordsOf(results, 'ann').map((ann) => {
    const runs = recordsOf(results, 'snn').filter(({ hashes }) => hashes.ann === ann.hash);
    const mine = ({ name, snn }: Detail): boolean => runs.some((run) => run.name === name && run.hashes.snn === snn);
    return {
      ann,
      runs,
      refused: recordsOf(results, 'refused').filter((one) => one.ann === ann.hash),
      energies: recordsOf(results, 'energy').filter(mine),
      layers: recordsOf(results, 'layers').filter(mine),
      rasters: recordsOf(results, 'raster').filter(mine),
      traces: recordsOf(results, 'traces').filter(mine),
    };
  });
}
