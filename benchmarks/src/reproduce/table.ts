import Table from 'cli-table3';
import type { BoundResult } from './bounds.js';
import type { Reproduction } from './results.js';

/** Steps that are shown: the powers of two up to T, and T. */
export function shownSteps(steps: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(steps)) + 1 }, (_, power) => 2 ** power);
  return [...new Set([...powers, steps])];
}

/** A table for each network: what each method answers after T steps, beside the ANN. */
export function reproductionTables({ anns, curves, steps, bounds, skipped }: Reproduction): string {
  const shown = shownSteps(steps);
  const tables = anns.map(({ name, title, accuracy, images }) => {
    const table = new Table({
      head: ['method', ...shown.map((step) => `T=${step}`), `loss at T=${steps}`],
      colAligns: ['left', ...shown.map(() => 'right' as const), 'right'],
      style: { head: [], border: [], compact: true },
    });
    for (const curve of curves.filter(({ network }) => network === name)) {
      // The ANN's answers to fewer images are not known.
      const last = curve.images === images ? (curve.accuracy[steps - 1] ?? null) : null;
      table.push([
        curve.method,
        ...shown.map((step) => percent(curve.accuracy[step - 1])),
        last === null ? '-' : ((accuracy - last) * 100).toFixed(2),
      ]);
    }
    return `${title}: accuracy in % on ${images} test images; ANN ${percent(accuracy)}\n${table.toString()}`;
  });
  return [...tables, ...(bounds.length > 0 ? [boundsTable(bounds)] : []), ...skipped].join('\n\n');
}

function boundsTable(bounds: readonly BoundResult[]): string {
  const table = new Table({
    head: ['network', 'method', 'test images', 'T', 'loss in points', 'may be', ''],
    style: { head: [], border: [], compact: true },
  });
  table.push(
    ...bounds.map(({ network, method, images, steps, loss, most, holds }) => [
      network,
      method,
      images,
      steps,
      loss.toFixed(2),
      most.toFixed(1),
      holds ? 'holds' : 'MISSED',
    ]),
  );
  return `Bounds: accuracy lost against the ANN\n${table.toString()}`;
}

const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '-' : (share * 100).toFixed(2);
