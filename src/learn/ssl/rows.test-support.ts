/** For tests of losses: asymmetric random rows, and slow arithmetic on them. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { random } from '../../util/random.ts';

export type Rows = readonly (readonly number[])[];

export function normal(key: string, rows: number, width: number): number[][] {
  const source = random('rows', key);
  return Array.from({ length: rows }, () => Array.from({ length: width }, () => source.normal()));
}

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
export const unit = (rows: Rows): number[][] => rows.map((row) => row.map((value) => value / Math.sqrt(dot(row, row))));
export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
export const tensor = (rows: Rows): tf.Tensor2D => tf.tensor2d(rows as number[][]);
export const numberOf = (scalar: tf.Tensor): number => scalar.dataSync()[0]!;

/** Holds the gradient of `loss` against central differences of `slow`, a loss in plain loops, entry by entry. */
export function expectSlope(
  loss: (rows: tf.Tensor2D) => tf.Scalar,
  slow: (rows: Rows) => number,
  at: Rows,
  digits = 4,
): void {
  const gradient = tf
    .grad((x) => loss(x as tf.Tensor2D))(tensor(at))
    .arraySync() as number[][];
  const step = 1e-5;
  at.forEach((row, i) => {
    row.forEach((_, j) => {
      const moved = (by: number) =>
        slow(at.map((values, r) => values.map((value, c) => (r === i && c === j ? value + by : value))));
      expect(gradient[i]![j], `row ${i}, column ${j}`).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), digits);
    });
  });
}
