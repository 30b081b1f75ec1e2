import { UnsupportedLayersError } from '@spikewright/snn-core';
import { terminalTable } from '../run/report.js';
import { inspection, layerTable } from './inspection.js';
import { type NeuronStatements, readModel } from './read-model.js';

/** Runs `spikewright inspect`: prints the compatibility report of a model file, also of one that cannot be imported. */
export async function inspectCommand(path: string, statements: NeuronStatements = {}): Promise<void> {
  try {
    const imported = await readModel(path, statements);
    const { name = 'unnamed', preprocessing } = imported.network.meta;
    console.log(`${path}: ${name}${preprocessing === undefined ? '' : `; input: ${preprocessing}`}\n`);
    for (const table of inspection(imported)) console.log(`${terminalTable(table)}\n`);
  } catch (error) {
    if (error instanceof UnsupportedLayersError) console.log(`${terminalTable(layerTable(error.layers))}\n`);
    throw error;
  }
}
