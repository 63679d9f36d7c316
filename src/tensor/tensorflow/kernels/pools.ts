/** Pools and their gradients. */
import { poolOf, type PoolAttributes, type Window } from '../../graph/attributes.ts';
import { attribute, type Attributes, type Edge } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import { paddingOf } from './convolution.ts';
import type { Context, KernelTable } from './kernel.ts';

function attributesOf(window: Window): Attributes {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = window;
  return {
    ksize: attribute.integers([1, filterHeight, filterWidth, 1]),
    strides: attribute.integers([1, strideHeight, strideWidth, 1]),
    data_format: attribute.text('NHWC'),
    ...paddingOf(window),
  };
}

function depthwiseAttributes(window: Window): Attributes {
  return {
    T: attribute.type('float32'),
    strides: attribute.integers([1, window.strideHeight, window.strideWidth, 1]),
    data_format: attribute.text('NHWC'),
    ...paddingOf(window),
  };
}

/** A depthwise filter that takes means. */
function share({ graph }: Lowering, { filterHeight, filterWidth, inChannels }: Window): Edge {
  const area = filterHeight * filterWidth;
  return graph.constant(
    'float32',
    [filterHeight, filterWidth, inChannels, 1],
    new Float32Array(area * inChannels).fill(1 / area),
  );
}

/** Area of a window by its area inside of the image: [1, rows, columns, 1]. */
function correction({ graph }: Lowering, window: Window): Edge {
  const { filterHeight, filterWidth, strideHeight, strideWidth, inHeight, inWidth, outHeight, outWidth, padInfo } =
    window;
  const inside = (at: number, stride: number, filter: number, before: number, side: number): number =>
    Math.min(at * stride - before + filter, side) - Math.max(at * stride - before, 0);
  const factors = Float32Array.from({ length: outHeight * outWidth }, (_, i) => {
    const rows = inside(Math.floor(i / outWidth), strideHeight, filterHeight, padInfo.top, inHeight);
    const columns = inside(i % outWidth, strideWidth, filterWidth, padInfo.left, inWidth);
    return (filterHeight * filterWidth) / (rows * columns);
  });
  return graph.constant('float32', [1, outHeight, outWidth, 1], factors);
}

/** The mean of the pixels inside of the image. */
function averagePool(
  { x }: { readonly x: Edge },
  pool: PoolAttributes,
  { lowering, values, type }: Context<'AvgPool'>,
): Edge {
  const window = poolOf(values.x.shape, pool);
  const { explicit_paddings: isPadded, ...attributes } = attributesOf(window);
  if (isPadded === undefined) return lowering.op('AvgPool', [x], { T: attribute.type(type), ...attributes });
  // TensorFlow pads averages in no numbers: a mean of whole windows, outside counted as zeros, is corrected at the
  // border.
  const mean = lowering.op('DepthwiseConv2dNative', [x, share(lowering, window)], depthwiseAttributes(window));
  return lowering.op('Mul', [mean, correction(lowering, window)], { T: attribute.type('float32') });
}

export const POOLS = {
  MaxPool: ({ x }, pool, { lowering, values, type }) =>
    lowering.op('MaxPool', [x], { T: attribute.type(type), ...attributesOf(poolOf(values.x.shape, pool)) }),

  MaxPoolGrad: ({ dy, input, output }, pool, { lowering, values, type }) =>
    lowering.op('MaxPoolGrad', [input, output, dy], {
      T: attribute.type(type),
      ...attributesOf(poolOf(values.input.shape, pool)),
    }),

  AvgPool: averagePool,

  /** Spreads dy evenly over its window. As in tfjs, a window that is partly outside counts whole. */
  AvgPoolGrad: ({ dy }, pool, { lowering, values: { input } }) => {
    const window = poolOf(input.shape, pool);
    return lowering.op(
      'DepthwiseConv2dNativeBackpropInput',
      [lowering.graph.integers(input.shape), share(lowering, window), dy],
      depthwiseAttributes(window),
    );
  },
} satisfies KernelTable;
