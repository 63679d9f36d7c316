/**
 * Linear maps along one axis, as products with constant matrices: resizing, padding and gathering, and their gradients.
 */
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from './host-tensor.ts';

/** The source indices that one output index reads, with their weights. */
export type LinearMapRow = readonly (readonly [source: number, weight: number])[];

/** One row for every output place. */
export interface LinearMap {
  /** The number of source indices. */
  readonly sources: number;
  readonly rows: readonly LinearMapRow[];
}

/** Every output place takes one source place as it is; null: none, zero. */
export const gatherMap = (sources: number, places: readonly (number | null)[]): LinearMap => ({
  sources,
  rows: places.map((place) => (place === null ? [] : [[place, 1]])),
});

/** The transposed map, which is the gradient of the map. */
export function transposeMap({ sources, rows }: LinearMap): LinearMap {
  const turned = Array.from({ length: sources }, (): [number, number][] => []);
  rows.forEach((row, target) => {
    for (const [source, weight] of row) turned[source]!.push([target, weight]);
  });
  return { sources: rows.length, rows: turned };
}

/** Applies the map along an axis. Float32 values of any rank; the other axes stay. */
export function applyAlongAxis(x: tf.Tensor, axis: number, { sources, rows }: LinearMap): tf.Tensor {
  const values = new Float32Array(rows.length * sources);
  rows.forEach((row, target) => {
    for (const [source, weight] of row) values[target * sources + source]! += weight;
  });
  const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
  const shape = x.shape.map((side, i) => (i === axis ? rows.length : side));
  const matrix = tf.tensor2d(values, [rows.length, sources]);
  if (inner === 1) return tf.reshape(tf.matMul(tf.reshape(x, [outer, sources]), matrix, false, true), shape);
  return tf.reshape(
    tf.matMul(tf.reshape(matrix, [1, rows.length, sources]), tf.reshape(x, [outer, sources, inner])),
    shape,
  );
}
