/** Pools and their gradients. */
import { poolOf, type PoolAttributes, type Window } from '../../graph/attributes.ts';
import type { Node, Value } from '../../graph/node.ts';
import { attribute, type Attributes, type Edge } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import { paddingOf } from './convolution.ts';
import { single, type KernelTable, type Operands } from './kernel.ts';

const windowOf = (x: Value, { attributes }: Node): Window => poolOf(x.shape, attributes as unknown as PoolAttributes);

function attributesOf(window: Window): Attributes {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = window;
  return {
    ksize: attribute.integers([1, filterHeight, filterWidth, 1]),
    strides: attribute.integers([1, strideHeight, strideWidth, 1]),
    data_format: attribute.text('NHWC'),
    ...paddingOf(window),
  };
}

function maxPool({ lowering, node, inputs, type }: Operands): Edge {
  return lowering.op('MaxPool', inputs, { T: attribute.type(type), ...attributesOf(windowOf(node.inputs[0]!, node)) });
}

/** tfjs gives (dy, x, y), TensorFlow takes (x, y, dy). */
function maxPoolGradient({ lowering, node, inputs: [dy, x, y], type }: Operands): Edge {
  return lowering.op('MaxPoolGrad', [x!, y!, dy!], {
    T: attribute.type(type),
    ...attributesOf(windowOf(node.inputs[1]!, node)),
  });
}

/** The mean of what lies inside of the image. */
function averagePool(operands: Operands): Edge {
  const { lowering, node, inputs, type } = operands;
  const window = windowOf(node.inputs[0]!, node);
  const { explicit_paddings: isPadded, ...attributes } = attributesOf(window);
  if (isPadded === undefined) return lowering.op('AvgPool', inputs, { T: attribute.type(type), ...attributes });
  // TensorFlow pads averages in no numbers: a mean of whole windows, outside counted as zeros, is corrected at the border.
  const mean = lowering.op('DepthwiseConv2dNative', [inputs[0]!, share(lowering, window)], depthwiseAttributes(window));
  return lowering.op('Mul', [mean, correction(lowering, window)], { T: attribute.type('float32') });
}

/** Spreads dy evenly over its window. As tfjs, over the whole window even where that lies partly outside. */
function averagePoolGradient({ lowering, node, inputs: [dy] }: Operands): Edge {
  const x = node.inputs[1]!;
  const window = windowOf(x, node);
  return lowering.op(
    'DepthwiseConv2dNativeBackpropInput',
    [lowering.graph.integers(x.shape), share(lowering, window), dy!],
    depthwiseAttributes(window),
  );
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

export const POOLS: KernelTable = {
  MaxPool: single(maxPool),
  MaxPoolGrad: single(maxPoolGradient),
  AvgPool: single(averagePool),
  AvgPoolGrad: single(averagePoolGradient),
};
