/** tfjs attributes in normal form: axes counted from 0, paddings as numbers, slices within bounds. */
import * as tf from '@tensorflow/tfjs-core';
import type { Node } from './node.ts';

export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** A convolution or pool in numbers. Images [N, H, W, C]. */
export type Window = tf.backend_util.Conv2DInfo;

export function convolutionOf(
  x: readonly number[],
  filter: readonly number[],
  { strides, pad, dataFormat = 'NHWC', dilations = 1, dimRoundingMode }: ConvolutionAttributes,
  depthwise = false,
): Window {
  if (dataFormat !== 'NHWC') throw new Error(`Internal error: a convolution in ${dataFormat}; only NHWC is supported.`);
  return tf.backend_util.computeConv2DInfo(
    x as [number, number, number, number],
    filter as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
}

/** The window of a convolution, or of the gradient of its images or of its filter. */
export function windowOf(node: Node): Window {
  const [output] = node.outputs;
  const [first, second] = node.inputs;
  if (output === undefined || first === undefined || second === undefined)
    throw new Error(`Internal error: "${node.kernel}" is no convolution.`);
  const attributes = node.attributes as unknown as ConvolutionAttributes;
  const depthwise = node.kernel.startsWith('Depthwise');
  if (node.kernel.endsWith('BackpropInput')) return convolutionOf(output.shape, second.shape, attributes, depthwise);
  if (node.kernel.endsWith('BackpropFilter')) return convolutionOf(first.shape, output.shape, attributes, depthwise);
  return convolutionOf(first.shape, second.shape, attributes, depthwise);
}

export function poolOf(x: readonly number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttributes): Window {
  return tf.backend_util.computePool2DInfo(
    x as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** tfjs calls axes `axis`; `Max` has them as `reductionIndices`. */
export interface ReductionAttributes {
  readonly axis?: number | readonly number[];
  readonly reductionIndices?: number | readonly number[];
  readonly keepDims?: boolean;
}

/** The axes of a reduction; all when none are named. */
export function axesOf({ reductionIndices, axis }: ReductionAttributes, shape: readonly number[]): number[] {
  const named = reductionIndices ?? axis;
  return named === undefined ? shape.map((_, i) => i) : tf.util.parseAxisParam(named as number | number[], [...shape]);
}

/** The one axis of a concatenation, gathering or the like, counted from 0. */
export function axisOf(axis: number, shape: readonly number[]): number {
  const [counted] = tf.util.parseAxisParam(axis, [...shape]);
  if (counted === undefined) throw new Error(`Internal error: ${axis} is no axis.`);
  return counted;
}

export interface SliceAttributes {
  readonly begin: number | number[];
  readonly size: number | number[];
}

export function sliceOf(
  shape: readonly number[],
  { begin, size }: SliceAttributes,
): { begin: number[]; size: number[] } {
  const [from, sizes] = tf.slice_util.parseSliceParams({ shape: [...shape] } as tf.TensorInfo, begin, size) as [
    number[],
    number[],
  ];
  return { begin: from, size: sizes };
}

export interface StridedSliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

export function stridedSliceOf(
  shape: readonly number[],
  a: StridedSliceAttributes,
): { begin: number[]; end: number[]; strides: number[]; finalShape: number[] } {
  return tf.slice_util.sliceInfo(
    [...shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
}

export interface SplitAttributes {
  readonly axis?: number;
  readonly numOrSizeSplits: number | readonly number[];
}

export function splitOf(
  shape: readonly number[],
  { axis = 0, numOrSizeSplits }: SplitAttributes,
): { axis: number; sizes: number[] } {
  const counted = axisOf(axis, shape);
  const x = { shape: [...shape] } as unknown as tf.Tensor;
  return { axis: counted, sizes: tf.backend_util.prepareSplitSize(x, numOrSizeSplits as number | number[], counted) };
}
