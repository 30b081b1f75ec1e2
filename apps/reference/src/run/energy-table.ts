import { arithmetic } from '@spikewright/energy-metrics';
import type { StepWork } from '@spikewright/snn-core';
import { type AnnResult, annOf, type ConversionResult, type Results, stepsTo, workUntil } from './results.js';
import { nanojoules, type Table } from './table.js';

/** Energies of one image: the ANN, the ANN with as many activation bits as T steps can tell apart, and the conversions. */
export const energyTable = (results: Results): Table => ({
  title: 'Energy of one image, estimated',
  head: ['network', 'when', 'steps', 'arithmetic alone (nJ)', 'with memory, Lemaire (nJ)'],
  rows: [
    ...results.anns.flatMap((ann) => annRows(ann, results)),
    ...results.conversions.flatMap((conversion) => conversionRows(conversion, results)),
  ],
});

function annRows(ann: AnnResult, results: Results): string[][] {
  const first = results.conversions.find((conversion) => annOf(conversion, results) === ann);
  const energy = first && comparisonOf(first, results);
  if (!energy) return [];
  const { proxy, lemaire } = energy;
  const row = (name: string, side: 'ann' | 'twin'): string[] => [
    name,
    'one pass',
    '1',
    nanojoules(proxy[side].energyNanojoules),
    nanojoules(lemaire[side].energyNanojoules),
  ];
  return [row(`ANN ${ann.name}`, 'ann'), row(`ANN ${ann.name}, ${proxy.twinBits}-bit activations`, 'twin')];
}

function conversionRows(conversion: ConversionResult, results: Results): string[][] {
  const energy = comparisonOf(conversion, results);
  if (!energy) return [];
  const { name, evaluation } = conversion;
  const step = stepsTo(0.995, evaluation, annOf(conversion, results));
  const { proxy, lemaire } = energy;
  return [
    // By layer, as Lemaire's estimate needs it, the work of the whole run alone is kept.
    [
      name,
      'at 99.5 % of ANN',
      step ? String(step) : 'not reached',
      step ? nanojoules(arithmeticEnergy(workUntil(step, evaluation))) : '-',
      '-',
    ],
    [
      name,
      'whole run',
      String(evaluation.steps),
      nanojoules(proxy.spiking.energyNanojoules),
      nanojoules(lemaire.spiking.energyNanojoules),
    ],
  ];
}

/** Arithmetic alone, 32-bit floats, in nanojoules. */
export function arithmeticEnergy({ accumulates, multiplyAccumulates }: StepWork): number {
  const { addPicojoules, multiplyPicojoules } = arithmetic.float32;
  return (accumulates * addPicojoules + multiplyAccumulates * (multiplyPicojoules + addPicojoules)) / 1000;
}

/** The estimates of a conversion by both models; undefined where it has none. */
function comparisonOf({ name, hashes }: ConversionResult, { energies }: Results) {
  const record = energies.find((energy) => energy.name === name && energy.snn === hashes.snn);
  const by = (model: string) => record?.comparisons.find(({ spiking }) => spiking.model === model);
  const [proxy, lemaire] = [by('proxy'), by('lemaire')];
  return proxy && lemaire && { proxy, lemaire };
}
