/** Reading and writing at indices that are values, counting, searching. */
import * as tf from '@tensorflow/tfjs-core';
import { sideAt } from '../../graph/sides.ts';
import { sizeOf } from '../../host-tensor.ts';
import { checkCoordinates } from '../indices.ts';
import { composite, type CompositeTable, type InputTensors } from './composite.ts';

/** Indices [..., K] in the first K axes of `shape` as numbers of slices: [count]. */
function numbered(indices: tf.Tensor, shape: readonly number[]): tf.Tensor1D {
  const rank = sideAt(indices.shape, -1);
  const strides = Array.from({ length: rank }, (_, axis) => sizeOf(shape.slice(axis + 1, rank)));
  const count = sizeOf(indices.shape.slice(0, -1));
  return tf.sum(tf.mul(tf.reshape(indices, [count, rank]), tf.tensor1d(strides, 'int32')), 1);
}

const gatherNd = composite(['params', 'indices'], ({ params, indices }) => {
  checkCoordinates(indices, params);
  const rank = sideAt(indices.shape, -1);
  const [outer, inner] = [params.shape.slice(0, rank), params.shape.slice(rank)];
  const slices = tf.reshape(params, [sizeOf(outer), sizeOf(inner)]);
  return tf.reshape(tf.gather(slices, numbered(indices, params.shape)), [...indices.shape.slice(0, -1), ...inner]);
});

const scatterNd = composite(
  ['indices', 'updates'],
  ({ indices, updates }, { shape }: { readonly shape: readonly number[] }) => {
    checkCoordinates(indices, { shape: [...shape], dtype: updates.dtype });
    const rank = sideAt(indices.shape, -1);
    const [outer, inner] = [shape.slice(0, rank), shape.slice(rank)];
    const rows = tf.reshape(updates, [sizeOf(indices.shape.slice(0, -1)), sizeOf(inner)]);
    return tf.reshape(tf.unsortedSegmentSum(rows, numbered(indices, shape), sizeOf(outer)), [...shape]);
  },
);

/** No weights count as ones. */
const weightsOf = (x: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
  weights.size === 0 ? tf.ones(x.shape, weights.dtype) : weights;

type Counted = InputTensors<'x' | 'weights'>;

function bincount({ x, weights }: Counted, { size }: { readonly size: number }): tf.Tensor {
  const flat = tf.reshape(weightsOf(x, weights), [x.size]);
  return tf.unsortedSegmentSum(flat, tf.reshape(x, [x.size]), size);
}

/** Row by row. */
function denseBincount(
  inputs: Counted,
  attributes: { readonly size: number; readonly binaryOutput?: boolean },
): tf.Tensor {
  const { x, weights } = inputs;
  if (x.rank === 1) return bincount(inputs, attributes);
  const found = tf.oneHot(x, attributes.size, 1, 0, weights.dtype);
  return attributes.binaryOutput === true
    ? tf.max(found, 1)
    : tf.sum(tf.mul(found, tf.expandDims(weightsOf(x, weights), -1)), 1);
}

/** The number of values in a sorted row before each value. */
const searchSorted = composite(
  ['sortedSequence', 'values'],
  ({ sortedSequence, values }, { side }: { readonly side: 'left' | 'right' }) => {
    const [row, sought] = [tf.expandDims(sortedSequence, 1), tf.expandDims(values, 2)];
    return tf.sum(tf.cast(side === 'left' ? tf.less(row, sought) : tf.lessEqual(row, sought), 'int32'), 2);
  },
);

const diag = composite(['x'], ({ x }) => {
  const matrix = tf.mul(tf.reshape(x, [x.size, 1]), tf.cast(tf.eye(x.size), x.dtype));
  return tf.reshape(matrix, [...x.shape, ...x.shape]);
});

export const GATHER_COMPOSITES: CompositeTable = {
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  Bincount: composite(['x', 'weights'], bincount),
  DenseBincount: composite(['x', 'weights'], denseBincount),
  SearchSorted: searchSorted,
  Diag: diag,
};
