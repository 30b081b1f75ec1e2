export type { Figure } from './draw.js';
export { type Score, type TrainingEpoch, type TrainingOutcome, trainingCurves } from './figures/training-curves.js';
export { readResults } from './read-results.js';
export { type RecordOptions, recordNeurons } from './record-neurons.js';
export { figures, report, tables } from './report.js';
export type {
  AnnRecord,
  CrossingRecord,
  Detail,
  EnergyEstimate,
  EnergyParts,
  EnergyRecord,
  HeaderRecord,
  LayersRecord,
  RasterRecord,
  RefusedRecord,
  ResultRecord,
  Results,
  SpikingRecord,
  TracesRecord,
} from './results.js';
export { toCsv, toLatex, toMarkdown } from './table-formats.js';
export type { Cell, Table } from './tables.js';
