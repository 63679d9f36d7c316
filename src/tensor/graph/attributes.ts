/** tfjs attributes in normal form: axes counted from 0, paddings as numbers, slices within bounds. */
import * as tf from '@tensorflow/tfjs-core';
import type { Attributes, Node } from './node.ts';

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

/** Of a convolution, or of the gradient of its images or of its filter: kernels whose names end accordingly. */
export function windowOf({ inputs, outputs, kernel, attributes }: Node): Window {
  const given = attributes as unknown as ConvolutionAttributes;
  const depthwise = kernel.startsWith('Depthwise');
  if (kernel.endsWith('BackpropInput')) return convolutionOf(outputs[0]!.shape, inputs[1]!.shape, given, depthwise);
  if (kernel.endsWith('BackpropFilter')) return convolutionOf(inputs[0]!.shape, outputs[0]!.shape, given, depthwise);
  return convolutionOf(inputs[0]!.shape, inputs[1]!.shape, given, depthwise);
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

/** The axes of a reduction, concatenation or gathering; all when none are named. tfjs calls them `axis`, of `Max` also `reductionIndices`. */
export function axesOf(attributes: Attributes, shape: readonly number[]): number[] {
  const named = (attributes.reductionIndices ?? attributes.axis) as number | number[] | undefined;
  return named === undefined ? shape.map((_, i) => i) : tf.util.parseAxisParam(named, [...shape]);
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

export function segmentsOf(shape: readonly number[], attributes: Attributes): { axis: number; sizes: number[] } {
  const axis = axesOf({ axis: attributes.axis }, shape)[0]!;
  return {
    axis,
    sizes: tf.backend_util.prepareSplitSize(
      { shape: [...shape] } as unknown as tf.Tensor,
      attributes.numOrSizeSplits as number | number[],
      axis,
    ),
  };
}
