/** Reading and writing at places that are values, counting, searching. */
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../../host-tensor.ts';
import { checkCoordinates } from '../indices.ts';
import type { Composite, CompositeTable } from './composite.ts';

/** Places [..., K] in the first K axes of `shape` as numbers of slices: [count]. */
function numbered(indices: tf.Tensor, shape: readonly number[]): tf.Tensor1D {
  const rank = indices.shape.at(-1)!;
  const strides = Array.from({ length: rank }, (_, axis) => sizeOf(shape.slice(axis + 1, rank)));
  const count = sizeOf(indices.shape.slice(0, -1));
  return tf.sum(tf.mul(tf.reshape(indices, [count, rank]), tf.tensor1d(strides, 'int32')), 1);
}

const gatherNd: Composite = ({ params, indices }) => {
  checkCoordinates(indices!, params!);
  const rank = indices!.shape.at(-1)!;
  const [outer, inner] = [params!.shape.slice(0, rank), params!.shape.slice(rank)];
  const slices = tf.reshape(params!, [sizeOf(outer), sizeOf(inner)]);
  return tf.reshape(tf.gather(slices, numbered(indices!, params!.shape)), [...indices!.shape.slice(0, -1), ...inner]);
};

const scatterNd: Composite = ({ indices, updates }, attributes) => {
  const shape = attributes.shape as number[];
  checkCoordinates(indices!, { shape, dtype: updates!.dtype });
  const rank = indices!.shape.at(-1)!;
  const [outer, inner] = [shape.slice(0, rank), shape.slice(rank)];
  const rows = tf.reshape(updates!, [sizeOf(indices!.shape.slice(0, -1)), sizeOf(inner)]);
  return tf.reshape(tf.unsortedSegmentSum(rows, numbered(indices!, shape), sizeOf(outer)), shape);
};

/** No weights count as ones. */
const weightsOf = (x: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
  weights.size === 0 ? tf.ones(x.shape, weights.dtype) : weights;

const bincount: Composite = ({ x, weights }, { size }) => {
  const flat = tf.reshape(weightsOf(x!, weights!), [x!.size]);
  return tf.unsortedSegmentSum(flat, tf.reshape(x!, [x!.size]), size as number);
};

/** Row by row. */
const denseBincount: Composite = (inputs, attributes) => {
  const { x, weights } = inputs;
  if (x!.rank === 1) return bincount(inputs, attributes);
  const dtype = weights!.dtype as 'float32' | 'int32';
  const found = tf.oneHot(x!, attributes.size as number, 1, 0, dtype);
  return attributes.binaryOutput === true
    ? tf.max(found, 1)
    : tf.sum(tf.mul(found, tf.expandDims(weightsOf(x!, weights!), -1)), 1);
};

/** The number of elements in a sorted row before each value. */
const searchSorted: Composite = ({ sortedSequence, values }, { side }) => {
  const [row, sought] = [tf.expandDims(sortedSequence!, 1), tf.expandDims(values!, 2)];
  return tf.sum(tf.cast(side === 'left' ? tf.less(row, sought) : tf.lessEqual(row, sought), 'int32'), 2);
};

export const GATHER_COMPOSITES: CompositeTable = {
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  Bincount: bincount,
  DenseBincount: denseBincount,
  SearchSorted: searchSorted,
  Diag: ({ x }) =>
    tf.reshape(tf.mul(tf.reshape(x!, [x!.size, 1]), tf.cast(tf.eye(x!.size), x!.dtype)), [...x!.shape, ...x!.shape]),
};
