export { type ArithmeticCosts, arithmetic } from './arithmetic.js';
export {
  type BreakEvenReport,
  type BreakEvenRow,
  breakEven,
  type CostTable,
  type Crossing,
  costTables,
} from './break-even.js';
export {
  type ComparisonSubject,
  compareEnergy,
  type EnergyComparison,
  type ExtraEnergy,
  type ExtraWork,
} from './compare-energy.js';
export { type DeviceDefinition, type DeviceOptions, defineDevice, device } from './device.js';
export { type Device, deviceTable } from './device-table.js';
export type { EnergyCounts, EnergyLine, EnergyModel, EnergyReport } from './energy-model.js';
export type { FirstLayer } from './first-layer.js';
export { type LemaireOptions, lemaire } from './lemaire.js';
export { accessPicojoules } from './lemaire-terms.js';
export { type NeuroBenchOptions, type NeuroBenchReport, neuroBench } from './neuro-bench.js';
export { type ProxyOptions, proxy } from './proxy.js';
export type { StaticCounts } from './static-counts.js';
export { twinBits } from './twin-bits.js';
export type { WorkloadCounts } from './workload-counts.js';
