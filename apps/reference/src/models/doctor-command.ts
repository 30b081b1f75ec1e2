import { batches } from '@spikewright/datasets';
import { type Cause, type Diagnosis, diagnose, examineInput, type InputExamination } from '@spikewright/doctor';
import type { Calibration } from '@spikewright/snn-core';
import { readConversions } from '../run/catalogue.js';
import { engines } from '../run/engines.js';
import { type ImageChoice, readImages } from '../run/images.js';
import { terminalTable } from '../run/report.js';
import { percent, type Table } from '../run/table.js';
import { readSubject } from './embedded.js';
import type { InputScale } from './input-scale.js';

/** What `spikewright doctor` is told. */
export interface DoctorCommandOptions extends ImageChoice, InputScale {
  /** How many test images are looked at. */
  readonly images: number;
  /** The pipeline whose conversion is looked at; see {@link readConversions}. */
  readonly converter: string;
  readonly steps: number;
}

/**
 * Runs `spikewright doctor`: looks whether a model gets its input as it was trained, converts it by each pipeline, and tells
 * layer by layer how it went and what is wrong.
 */
export async function doctorCommand(model: string | undefined, options: DoctorCommandOptions): Promise<void> {
  const ann = await readSubject(model, options);
  const { test, train } = await readImages(options, ann);
  const engine = engines.wasm();
  const on = (set: typeof test): Calibration => ({ batches: () => batches(set), engine });
  const examination = await examineInput(ann, on(test), { samples: options.images });
  console.log(`${inputVerdict(examination)}\n`);
  for (const { name, converter, preparation } of readConversions(options.converter)) {
    const snn = await converter.convert(ann, on(train));
    // Layers are compared with the ANN that the neurons were made from.
    const prepared = await preparation.convert(ann, on(train));
    const diagnosis = await diagnose(prepared, snn, on(test), { steps: options.steps, samples: options.images });
    console.log(`${terminalTable(layerTable(name, diagnosis))}\n${verdict(diagnosis)}\n`);
    if (prepared !== ann) {
      const { accuracy } = await examineInput(prepared, on(test), { samples: options.images });
      console.log(
        `The ANN that it prepares first has ${percent(accuracy)} % right, the one given ${percent(examination.accuracy)} %.\n`,
      );
    }
    for (const note of snn.meta.notes ?? []) console.log(`Note: ${note}`);
  }
}

function inputVerdict({ samples, accuracy, chance, atChance, cause }: InputExamination): string {
  const found = `The ANN answers ${percent(accuracy)} % of ${samples} samples right.`;
  if (cause) return `${found} What was found:\n${line(cause)}`;
  if (!atChance) return found;
  return `${found} That is chance (${percent(chance)} %), and no other scale or order of channels that was tried helps: look at its labels and its training.`;
}

const layerTable = (name: string, { layers, steps, samples }: Diagnosis): Table => ({
  title: `${name}: ${samples} samples, T = ${steps}`,
  head: [
    'layer',
    'λ',
    'spikes a step',
    'correlation',
    'clipped %',
    'rounding',
    'unevenness',
    'saturated %',
    'silent %',
    'dead %',
    'first useful step',
  ],
  rows: layers.map((layer) => [
    layer.node,
    [...new Set(layer.lambda.map((value) => value.toPrecision(3)))].join(' to '),
    layer.meanRate.toFixed(4),
    layer.correlation?.toFixed(4) ?? '-',
    percent(layer.clippedMass),
    layer.quantisationError.toFixed(5),
    layer.unevennessError?.toFixed(5) ?? '-',
    percent(layer.saturated),
    percent(layer.silent),
    percent(layer.dead),
    layer.firstUsefulStep === null ? '-' : String(layer.firstUsefulStep),
  ]),
});

function verdict({ agreement, causes }: Diagnosis): string {
  const found = `${percent(agreement)} % of the answers are the ANN's.`;
  if (causes.length === 0) return `${found} Sound.`;
  return [`${found} What was found:`, ...causes.map(line)].join('\n');
}

const line = ({ kind, node, evidence, advice }: Cause): string =>
  `- ${kind}${node === undefined ? '' : ` at '${node}'`}: ${evidence}. What to do: ${advice}.`;
