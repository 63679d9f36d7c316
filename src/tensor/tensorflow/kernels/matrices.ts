/** Products, sums and concatenations of matrices. */
import { attribute, type Edge, type TfType } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import { int32Type } from './kernel.ts';
import { takeSlice } from './slices.ts';

/** The product with a matrix, or with its transpose. */
export function multiply(lowering: Lowering, rows: Edge, matrix: Edge, type: TfType, transposed = false): Edge {
  return lowering.op('MatMul', [rows, matrix], {
    T: attribute.type(type),
    transpose_a: attribute.truth(false),
    transpose_b: attribute.truth(transposed),
  });
}

/** The sum of values of one shape, of one or more. */
export function addAll(lowering: Lowering, terms: readonly Edge[], type: TfType): Edge {
  const [only] = terms;
  if (only === undefined) throw new Error('Internal error: a sum of nothing.');
  return terms.length === 1
    ? only
    : lowering.op('AddN', terms, { T: attribute.type(type), N: attribute.integer(terms.length) });
}

/** The sum of products in any precision: added up in float32, as a convolution does. */
export function addProducts(lowering: Lowering, terms: readonly Edge[], type: TfType): Edge {
  if (terms.length === 1) return addAll(lowering, terms, type);
  const wide = terms.map((term) => lowering.cast(term, type, 'float32'));
  return lowering.cast(addAll(lowering, wide, 'float32'), 'float32', type);
}

export function concatenate({ graph }: Lowering, parts: readonly Edge[], axis: number, type: TfType): Edge {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return graph.op('ConcatV2', [...parts, graph.integer(axis)], {
    T: attribute.type(type),
    N: attribute.integer(parts.length),
    Tidx: int32Type,
  });
}

/** Rows of a matrix of a given shape: no copy. */
export const takeRows = (
  lowering: Lowering,
  matrix: Edge,
  type: TfType,
  shape: readonly [number, number],
  from: number,
  count: number,
): Edge => takeSlice(lowering, matrix, type, shape, { begin: [from, 0], size: [count, shape[1]], strides: [1, 1] });

export const takeColumns = (
  lowering: Lowering,
  matrix: Edge,
  type: TfType,
  shape: readonly [number, number],
  from: number,
  count: number,
): Edge => takeSlice(lowering, matrix, type, shape, { begin: [0, from], size: [shape[0], count], strides: [1, 1] });
