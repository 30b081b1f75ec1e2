import type { Network } from '../network/network.js';
import type { Lambdas } from './to-spiking.js';

/** λ that `toSpiking` takes, and what the user must know about them. */
export interface CompletedLambdas {
  readonly lambdas: Lambdas;
  /** One for each layer that never was active; for `withNotes`. */
  readonly notes: readonly string[];
}

/**
 * Makes λ of what was measured on calibration data, where 0 says that nothing was: a channel that was never active takes
 * the largest λ of its layer, so that it stays as quiet as the ANN's; a layer that never was takes 1, and gets a note.
 * No λ exceeds the bound of a clip or QCFS layer.
 *
 * @param measured - by the name of an activation, one value or one a channel, from 0
 * @param converter - its name, with which the notes begin
 */
export function completeLambdas(
  { nodes }: Network,
  measured: ReadonlyMap<string, Iterable<number>>,
  converter: string,
): CompletedLambdas {
  const notes: string[] = [];
  const complete = nodes.flatMap((node): [string, readonly number[]][] => {
    if (!measured.has(node.name)) return [];
    const values = [...measured.get(node.name)!];
    const bound = 'lambda' in node ? node.lambda : Number.POSITIVE_INFINITY;
    const largest = values.reduce((most, value) => Math.max(most, value), 0);
    const lambda = values.map((value) => Math.min(value || largest || 1, bound));
    if (largest === 0) {
      notes.push(
        `${converter}: '${node.name}' was never active on the calibration data; its λ is ${lambda[0]}: give more samples`,
      );
    }
    return [[node.name, lambda]];
  });
  return { lambdas: Object.fromEntries(complete), notes };
}
