/** Gradients of operations that repeat, select or place values: a value that was read several times gets the sum. */
import * as tf from '@tensorflow/tfjs-core';
import { applyAlongAxis, gatherMap, transposeMap } from '../along-axis.ts';
import { stridedSliceOf, type StridedSliceAttributes } from '../graph/attributes.ts';
import { mirroredIndices, type MirrorPadAttributes } from '../graph/mirror.ts';
import { sizeOf } from '../host-tensor.ts';
import type { Gradient, GradientTable } from './config.ts';

const tile: Gradient = {
  saved: ['x'],
  of: (dy, [x], { reps }) => ({
    x: () => {
      const parts = x!.shape.flatMap((side, i) => [(reps as number[])[i]!, side]);
      return tf.sum(
        tf.reshape(dy, parts),
        x!.shape.map((_, i) => 2 * i),
      );
    },
  }),
};

const mirrorPad: Gradient = {
  saved: ['x'],
  of: (dy, [x], attributes) => ({
    x: () =>
      mirroredIndices(x!.shape, attributes as unknown as MirrorPadAttributes).reduce(
        (gradient, places, axis) =>
          places === null ? gradient : applyAlongAxis(gradient, axis, transposeMap(gatherMap(x!.shape[axis]!, places))),
        dy,
      ),
  }),
};

const stridedSlice: Gradient = {
  saved: ['x'],
  of: (dy, [x], attributes) => ({
    x: () => {
      const { begin, end, strides } = stridedSliceOf(x!.shape, attributes as unknown as StridedSliceAttributes);
      // Before axes were dropped or put in.
      const lengths = begin.map((from, axis) => Math.max(0, Math.ceil((end[axis]! - from) / strides[axis]!)));
      return lengths.reduce(
        (gradient, length, axis) => {
          const places = Array.from({ length }, (_, i) => begin[axis]! + i * strides[axis]!);
          return applyAlongAxis(gradient, axis, transposeMap(gatherMap(x!.shape[axis]!, places)));
        },
        tf.reshape(dy, lengths),
      );
    },
  }),
};

/** Rows of every batch have numbers of their own, so that one sum over segments does for all. */
const gather: Gradient = {
  saved: ['x', 'indices'],
  of: (dy, [x, indices], attributes) => ({
    x: () => {
      const axis = tf.util.parseAxisParam(attributes.axis as number, x!.shape)[0]!;
      const batchDims = (attributes.batchDims as number | undefined) ?? 0;
      const batches = sizeOf(x!.shape.slice(0, batchDims));
      const outer = sizeOf(x!.shape.slice(batchDims, axis));
      const length = x!.shape[axis]!;
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const picked = indices!.size / batches;
      const rows = tf.reshape(tf.transpose(tf.reshape(dy, [batches, outer, picked, inner]), [0, 2, 1, 3]), [
        batches * picked,
        outer * inner,
      ]);
      const offsets = tf.mul(tf.range(0, batches, 1, 'int32'), tf.scalar(length, 'int32'));
      const numbers = tf.add(tf.reshape(indices!, [batches, picked]), tf.reshape(offsets, [batches, 1]));
      const summed = tf.unsortedSegmentSum(rows, tf.reshape(numbers, [batches * picked]), batches * length);
      return tf.reshape(tf.transpose(tf.reshape(summed, [batches, length, outer, inner]), [0, 2, 1, 3]), x!.shape);
    },
    indices: () => tf.zerosLike(indices!),
  }),
};

const gatherNd: Gradient = {
  saved: ['params', 'indices'],
  of: (dy, [params, indices]) => ({
    params: () => tf.scatterND(indices!, dy, params!.shape),
    indices: () => tf.zerosLike(indices!),
  }),
};

const scatterNd: Gradient = {
  saved: ['indices'],
  of: (dy, [indices]) => ({ updates: () => tf.gatherND(dy, indices!), indices: () => tf.zerosLike(indices!) }),
};

const diag: Gradient = {
  saved: ['x'],
  of: (dy, [x]) => ({
    x: () => tf.reshape(tf.sum(tf.mul(tf.reshape(dy, [x!.size, x!.size]), tf.eye(x!.size)), 1), x!.shape),
  }),
};

export const GATHER_GRADIENTS: GradientTable = {
  Tile: tile,
  MirrorPad: mirrorPad,
  StridedSlice: stridedSlice,
  GatherV2: gather,
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  Diag: diag,
};
