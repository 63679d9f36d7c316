/** The nearest of labeled features by cosine, as nearest-neighbor classifiers ask for them. */
import { at } from '../../util/known.ts';

export interface LabeledFeatures {
  /** [n, width], row-major. */
  readonly features: Float32Array;
  /** Class numbers, one a row. */
  readonly labels: readonly number[];
}

/** Nearest first; of equally near ones the earlier row of the bank. */
export interface Neighbors {
  readonly labels: readonly number[];
  readonly cosines: readonly number[];
}

/**
 * The `count` nearest features of the bank for each query [m, width], or all of a smaller bank. A feature of length
 * zero is at a right angle to everything.
 */
export function nearestNeighbors(bank: LabeledFeatures, queries: Float32Array, count: number): Neighbors[] {
  const width = bank.features.length / bank.labels.length;
  const banked = unitRows(bank.features, width);
  const asked = unitRows(queries, width);
  return Array.from({ length: queries.length / width }, (_, query) => {
    const cosines = Float64Array.from(bank.labels, (_label, row) => dot(asked, query, banked, row, width));
    const rows = largest(cosines, count);
    return { labels: rows.map((row) => at(bank.labels, row)), cosines: rows.map((row) => at(cosines, row)) };
  });
}

/** Positions of the `count` largest values: only those at or above the last of them need be sorted by position too. */
function largest(values: Float64Array, count: number): number[] {
  const limit = at(values.toSorted(), Math.max(0, values.length - count));
  const rows: number[] = [];
  values.forEach((value, row) => {
    if (value >= limit) rows.push(row);
  });
  return rows.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b).slice(0, count);
}

function unitRows(features: Float32Array, width: number): Float32Array {
  const norms = Array.from(
    { length: features.length / width },
    (_, row) => Math.sqrt(dot(features, row, features, row, width)) || 1,
  );
  return features.map((value, i) => value / at(norms, Math.floor(i / width)));
}

function dot(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  let sum = 0;
  for (let d = 0; d < width; d++) sum += (a[i * width + d] ?? 0) * (b[j * width + d] ?? 0);
  return sum;
}
