import { type Cause, cause } from '../causes.js';
import { type Arrival, explains } from './deviation.js';

/** A branch of an addition: its name, and its values divided by λ of the layer after the addition. */
export interface Branch {
  readonly name: string;
  readonly values: Float32Array;
}

/** Names a branch of an addition that arrives in a unit of its own; undefined where factors for branches do not explain it. */
export function branchCause(arrival: Arrival, branches: readonly Branch[]): Cause | undefined {
  const factors = fitFactors(
    arrival.found,
    branches.map(({ values }) => values),
  );
  const explained = arrival.found.map((_, place) =>
    branches.reduce((sum, { values }, branch) => sum + factors[branch] * values[place], 0),
  );
  if (!explains(arrival, { expected: explained, found: arrival.found })) return undefined;
  const wrong = factors.findIndex((factor) => Math.abs(factor - 1) > 0.01);
  if (wrong < 0) return undefined;
  const evidence = `the branch '${branches[wrong].name}' arrives ${Number(factors[wrong].toPrecision(3))} times as large as it should`;
  return cause('branch unit', evidence, arrival.node);
}

/** The factors that bring a sum of columns nearest to a target, by least squares. */
function fitFactors(target: Float32Array, columns: readonly Float32Array[]): number[] {
  const product = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, place) => sum + value * b[place], 0);
  const rows = columns.map((column) => [...columns.map((other) => product(column, other)), product(column, target)]);
  // Gauss and Jordan, with the largest pivot.
  for (let pivot = 0; pivot < rows.length; pivot++) {
    const best = rows
      .slice(pivot)
      .reduce((most, row, place) => (Math.abs(row[pivot]) > Math.abs(rows[pivot + most][pivot]) ? place : most), 0);
    [rows[pivot], rows[pivot + best]] = [rows[pivot + best], rows[pivot]];
    if (rows[pivot][pivot] === 0) continue;
    for (const [place, row] of rows.entries()) {
      if (place === pivot) continue;
      const factor = row[pivot] / rows[pivot][pivot];
      for (let column = pivot; column < row.length; column++) row[column] -= factor * rows[pivot][column];
    }
  }
  return rows.map((row, place) => (row[place] === 0 ? 1 : row[row.length - 1] / row[place]));
}
