/** Gradients of operations that repeat, select or place values: a value that was read several times gets the sum. */
import * as tf from '@tensorflow/tfjs-core';
import { applyAlongAxis, gatherMap, transposeMap } from '../along-axis.ts';
import { axisOf, stridedSliceOf, type StridedSliceAttributes } from '../graph/attributes.ts';
import { mirroredIndices, type MirrorPadAttributes } from '../graph/mirror.ts';
import { sideAt } from '../graph/sides.ts';
import { sizeOf } from '../host-tensor.ts';
import { gradient, type GradientTable } from './config.ts';

const tile = gradient(['x'], ({ x }, dy, { reps }: { readonly reps: readonly number[] }) => ({
  x: () => {
    const parts = x.shape.flatMap((side, axis) => [sideAt(reps, axis), side]);
    const repeated = x.shape.map((_, axis) => 2 * axis);
    return tf.sum(tf.reshape(dy, parts), repeated);
  },
}));

const mirrorPad = gradient(['x'], ({ x }, dy, attributes: MirrorPadAttributes) => ({
  x: () =>
    mirroredIndices(x.shape, attributes).reduce(
      (part, indices, axis) => (indices === null ? part : scatterAlong(part, axis, sideAt(x.shape, axis), indices)),
      dy,
    ),
}));

/** Adds values along an axis up at the indices from which they were gathered. */
const scatterAlong = (dy: tf.Tensor, axis: number, length: number, indices: readonly number[]): tf.Tensor =>
  applyAlongAxis(dy, axis, transposeMap(gatherMap(length, indices)));

const stridedSlice = gradient(['x'], ({ x }, dy, attributes: StridedSliceAttributes) => ({
  x: () => {
    const { begin, end, strides } = stridedSliceOf(x.shape, attributes);
    const indices = begin.map((from, axis) => {
      const stride = sideAt(strides, axis);
      const length = Math.max(0, Math.ceil((sideAt(end, axis) - from) / stride));
      return Array.from({ length }, (_, i) => from + i * stride);
    });
    // Before axes were dropped or put in.
    const whole = tf.reshape(
      dy,
      indices.map(({ length }) => length),
    );
    return indices.reduce((part, along, axis) => scatterAlong(part, axis, sideAt(x.shape, axis), along), whole);
  },
}));

interface GatherAttributes {
  readonly axis: number;
  readonly batchDims?: number;
}

const gather = gradient(['x', 'indices'], ({ x, indices }, dy, attributes: GatherAttributes) => ({
  x: () => gradientOfGathered(x, indices, dy, attributes),
  indices: () => tf.zerosLike(indices),
}));

/** Rows of every batch have numbers of their own, so that one sum over segments does for all. */
function gradientOfGathered(
  { shape }: tf.Tensor,
  indices: tf.Tensor,
  dy: tf.Tensor,
  { axis: anyAxis, batchDims = 0 }: GatherAttributes,
): tf.Tensor {
  const axis = axisOf(anyAxis, shape);
  const batches = sizeOf(shape.slice(0, batchDims));
  const outer = sizeOf(shape.slice(batchDims, axis));
  const length = sideAt(shape, axis);
  const inner = sizeOf(shape.slice(axis + 1));
  const count = indices.size / batches;
  const swapped = tf.transpose(tf.reshape(dy, [batches, outer, count, inner]), [0, 2, 1, 3]);
  const rows = tf.reshape(swapped, [batches * count, outer * inner]);
  const offsets = tf.mul(tf.range(0, batches, 1, 'int32'), tf.scalar(length, 'int32'));
  const numbers = tf.add(tf.reshape(indices, [batches, count]), tf.reshape(offsets, [batches, 1]));
  const summed = tf.unsortedSegmentSum(rows, tf.reshape(numbers, [batches * count]), batches * length);
  return tf.reshape(tf.transpose(tf.reshape(summed, [batches, length, outer, inner]), [0, 2, 1, 3]), shape);
}

const gatherNd = gradient(['params', 'indices'], ({ params, indices }, dy) => ({
  params: () => tf.scatterND(indices, dy, params.shape),
  indices: () => tf.zerosLike(indices),
}));

const scatterNd = gradient(['indices'], ({ indices }, dy) => ({
  updates: () => tf.gatherND(dy, indices),
  indices: () => tf.zerosLike(indices),
}));

const diag = gradient(['x'], ({ x }, dy) => ({
  x: () => tf.reshape(tf.sum(tf.mul(tf.reshape(dy, [x.size, x.size]), tf.eye(x.size)), 1), x.shape),
}));

export const GATHER_GRADIENTS: GradientTable = {
  Tile: tile,
  MirrorPad: mirrorPad,
  StridedSlice: stridedSlice,
  GatherV2: gather,
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  Diag: diag,
};
