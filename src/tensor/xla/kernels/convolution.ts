/**
 * Convolutions and their gradients, on images [N, H, W, C]. Each is one convolution, in the form that XLA recognizes as
 * one of cuDNN's three (openxla/xla, xla/service/gpu/transforms/conv_rewriter.cc).
 */
import { windowOf, type Window } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import { filterSides } from '../../graph/sides.ts';
import type { HloLowering } from '../hlo/lowering.ts';
import { hlo, type HloValue } from '../hlo/module.ts';
import type { HloContext, HloKernelTable } from './kernel.ts';

type Pair = readonly [number, number];

interface ConvolutionForm {
  /** The meaning of the axes of images, filter and result. */
  readonly axes: string;
  readonly strides: Pair;
  readonly padding: readonly Pair[];
  /** Distances between neighboring pixels of the images. */
  readonly spread?: Pair;
  /** Distances between neighboring taps of the filter. */
  readonly dilation: Pair;
  /** Into how many groups channels, or images, are divided. */
  readonly channelGroups?: number;
  readonly batchGroups?: number;
}

function convolve(
  lowering: HloLowering,
  [images, filter]: readonly [HloValue, HloValue],
  shape: readonly number[],
  form: ConvolutionForm,
): HloValue {
  const { axes, strides, dilation, channelGroups = 1, batchGroups = 1 } = form;
  const { x, padding, spread } = withoutNegativePadding(lowering, images, form);
  return lowering.op('convolution', [x, filter], {
    shape,
    attributes: {
      window_strides: hlo.integers(strides),
      padding: hlo.pairs(padding),
      lhs_dilation: hlo.integers(spread),
      rhs_dilation: hlo.integers(dilation),
      dimension_numbers: `#stablehlo.conv<${axes}>`,
      feature_group_count: hlo.integer(channelGroups),
      batch_group_count: hlo.integer(batchGroups),
      ...lowering.precisionOf(x.type),
    },
  });
}

/**
 * Pads and spreads images [N, H, W, C] before the convolution if the padding before them is negative. The plugin for
 * processors passes such padding on to Eigen's convolution, which reads memory in front of the images.
 */
function withoutNegativePadding(
  lowering: HloLowering,
  x: HloValue,
  { padding, spread = [1, 1] }: Pick<ConvolutionForm, 'padding' | 'spread'>,
): { readonly x: HloValue; readonly padding: readonly Pair[]; readonly spread: Pair } {
  if (padding.every(([before]) => before >= 0)) return { x, padding, spread };
  const none: Pair = [0, 0];
  const gaps = [0, ...spread.map((distance) => distance - 1), 0];
  return { x: lowering.pad(x, 0, [none, ...padding, none], gaps), padding: padding.map(() => none), spread: [1, 1] };
}

const stridesOf = ({ strideHeight, strideWidth }: Window): Pair => [strideHeight, strideWidth];
const dilationOf = ({ dilationHeight, dilationWidth }: Window): Pair => [dilationHeight, dilationWidth];

interface WindowAxis {
  /** Sides of the images, of the result and of the filter with its dilation. */
  readonly side: number;
  readonly out: number;
  readonly filter: number;
  /** Padding. */
  readonly before: number;
  readonly after: number;
  readonly stride: number;
}

/** Along rows and along columns. */
function windowAxes(window: Window): readonly [WindowAxis, WindowAxis] {
  const { inHeight, inWidth, outHeight, outWidth, effectiveFilterHeight, effectiveFilterWidth } = window;
  const { padInfo, strideHeight, strideWidth } = window;
  return [
    {
      side: inHeight,
      out: outHeight,
      filter: effectiveFilterHeight,
      before: padInfo.top,
      after: padInfo.bottom,
      stride: strideHeight,
    },
    {
      side: inWidth,
      out: outWidth,
      filter: effectiveFilterWidth,
      before: padInfo.left,
      after: padInfo.right,
      stride: strideWidth,
    },
  ];
}

type Context = HloContext<Value>;

const forward =
  (depthwise: boolean) =>
  (
    { x, filter }: { readonly x: HloValue; readonly filter: HloValue },
    _: unknown,
    { lowering, node, results }: Context,
  ): HloValue => {
    const window = windowOf(node);
    const form = {
      axes: '[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]',
      strides: stridesOf(window),
      padding: windowAxes(window).map(({ before, after }): Pair => [before, after]),
      dilation: dilationOf(window),
    };
    return depthwise
      ? convolve(lowering, [x, asGroups(lowering, filter)], results.shape, {
          ...form,
          channelGroups: window.inChannels,
        })
      : convolve(lowering, [x, filter], results.shape, form);
  };

/** [rows, columns, channels, multiplier] as one group for each channel: [rows, columns, 1, channels x multiplier]. */
function asGroups(lowering: HloLowering, filter: HloValue): HloValue {
  const { height, width, input, output } = filterSides(filter.shape);
  return lowering.reshape(filter, [height, width, 1, input * output]);
}

/** dy, its pixels apart by the stride, under the filter turned around. */
const inputGradient =
  (depthwise: boolean) =>
  (
    { dy, filter }: { readonly dy: HloValue; readonly filter: HloValue },
    _: unknown,
    { lowering, node, results }: Context,
  ): HloValue => {
    const window = windowOf(node);
    const form = {
      strides: [1, 1] as const,
      padding: windowAxes(window).map(({ side, out, filter: taps, before, stride }): Pair => [
        taps - 1 - before,
        side + before - 1 - (out - 1) * stride,
      ]),
      spread: stridesOf(window),
      dilation: dilationOf(window),
    };
    const turned = lowering.reverse(filter, [0, 1]);
    if (!depthwise)
      return convolve(lowering, [dy, turned], results.shape, {
        ...form,
        axes: '[b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f]',
      });
    const byChannel = lowering.transpose(turned, [0, 1, 3, 2]);
    return convolve(lowering, [dy, byChannel], results.shape, {
      ...form,
      axes: '[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]',
      channelGroups: window.inChannels,
    });
  };

/** The images under dy as a filter, whose taps are apart by the stride; batch and channels change places. */
const filterGradient =
  (depthwise: boolean) =>
  (
    { x, dy }: { readonly x: HloValue; readonly dy: HloValue },
    _: unknown,
    { lowering, node, results }: Context,
  ): HloValue => {
    const window = windowOf(node);
    const form = {
      axes: '[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]',
      strides: dilationOf(window),
      padding: windowAxes(window).map(({ side, out, filter, before, stride }): Pair => [
        before,
        (out - 1) * stride + filter - side - before,
      ]),
      dilation: stridesOf(window),
    };
    if (!depthwise) return convolve(lowering, [x, dy], results.shape, form);
    const { height, width, input, output } = filterSides(results.shape);
    const grouped = convolve(lowering, [x, dy], [height, width, 1, input * output], { ...form, batchGroups: input });
    return lowering.reshape(grouped, results.shape);
  };

export const HLO_CONVOLUTIONS = {
  Conv2D: forward(false),
  Conv2DBackpropInput: inputGradient(false),
  Conv2DBackpropFilter: filterGradient(false),
  DepthwiseConv2dNative: forward(true),
  DepthwiseConv2dNativeBackpropInput: inputGradient(true),
  DepthwiseConv2dNativeBackpropFilter: filterGradient(true),
} satisfies HloKernelTable;
