export type { Cause, CauseKind } from './causes.js';
export { conversionOutlook, type NodeOutlook } from './conversion-outlook.js';
export { type DiagnoseOptions, type Diagnosis, diagnose } from './diagnose.js';
export { type ExamineOptions, examineInput, type InputExamination } from './examine-input.js';
export type { LayerHealth } from './layer-health.js';
