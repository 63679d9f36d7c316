/** The shapes and dtypes that kernels give. */
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../host-tensor.ts';
import {
  axesOf,
  axisOf,
  convolutionOf,
  poolOf,
  splitOf,
  sliceOf,
  stridedSliceOf,
  type PoolAttributes,
  type ReductionAttributes,
  type ConvolutionAttributes,
} from './attributes.ts';
import { checkFit } from './fit.ts';
import type { Attributes, Spec } from './node.ts';
import { sideAt } from './sides.ts';
import {
  attributesOf,
  BINARY_KERNELS,
  COMPARISON_KERNELS,
  inputsByName,
  outputsInOrder,
  PREDICATE_KERNELS,
  requireKernelName,
  UNARY_KERNELS,
  type AttributesOf,
  type Inputs,
  type KernelName,
  type Outputs,
} from './signatures.ts';

type Infer<K extends KernelName> = (inputs: Inputs<K, Spec>, attributes: AttributesOf<K>) => Outputs<K, Spec>;

/** Throws TraceError if the inputs do not fit together. */
export function inferOutputs(name: string, inputs: readonly Spec[], attributes: Attributes): readonly Spec[] {
  const kernel = requireKernelName(name);
  const outputs = inferBy(INFER, kernel, inputs, attributes);
  checkFit(kernel, inputs, attributes, outputs);
  return outputs;
}

function inferBy<K extends KernelName>(
  table: { readonly [P in K]: Infer<P> },
  kernel: K,
  inputs: readonly Spec[],
  attributes: Attributes,
): readonly Spec[] {
  return outputsInOrder(kernel, table[kernel](inputsByName(kernel, inputs), attributesOf<K>({ attributes })));
}

const broadcast = (a: Spec, b: Spec): number[] =>
  tf.backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);

const each = <const N extends string, F>(names: readonly N[], infer: F): Record<N, F> =>
  Object.fromEntries(names.map((name) => [name, infer])) as Record<N, F>;

const source = (_: unknown, { shape, dtype }: Spec): Spec => ({ shape, dtype });
const same = ({ x: { shape, dtype } }: { x: Spec }): Spec => ({ shape, dtype });

/** Reductions drop their axes, or keep them as ones. */
const reduction =
  (dtype?: DType) =>
  ({ x }: { x: Spec }, attributes: ReductionAttributes): Spec => {
    const axes = axesOf(attributes, x.shape);
    const shape =
      attributes.keepDims === true
        ? x.shape.map((side, i) => (axes.includes(i) ? 1 : side))
        : x.shape.filter((_, i) => !axes.includes(i));
    return { shape, dtype: dtype ?? x.dtype };
  };

/** The places of the largest or smallest values along an axis. */
const argument = ({ x: { shape } }: { x: Spec }, attributes: ReductionAttributes): Spec => {
  const axes = axesOf(attributes, shape);
  return { shape: shape.filter((_, i) => !axes.includes(i)), dtype: 'int32' };
};

const convolution =
  (depthwise: boolean) =>
  ({ x, filter }: { x: Spec; filter: Spec }, attributes: ConvolutionAttributes): Spec => ({
    shape: convolutionOf(x.shape, filter.shape, attributes, depthwise).outShape,
    dtype: x.dtype,
  });

const pool = ({ x }: { x: Spec }, attributes: PoolAttributes): Spec => ({
  shape: poolOf(x.shape, attributes).outShape,
  dtype: x.dtype,
});

const padded = (
  { x }: { x: Spec },
  { paddings }: { readonly paddings: readonly (readonly [number, number])[] },
): Spec => ({
  shape: paddings.map(([before, after], axis) => sideAt(x.shape, axis) + before + after),
  dtype: x.dtype,
});

const insert = (shape: readonly number[], at: number, side: number): number[] =>
  shape.toSpliced(at < 0 ? shape.length + at + 1 : at, 0, side);

const INFER: { readonly [K in KernelName]: Infer<K> } = {
  Input: source,
  State: source,
  Const: source,
  ...each([...UNARY_KERNELS, 'Cumsum', 'Cumprod', 'Reverse'], same),
  ...each(PREDICATE_KERNELS, ({ x: { shape } }: { x: Spec }): Spec => ({ shape, dtype: 'bool' })),
  ...each(BINARY_KERNELS, ({ a, b }: { a: Spec; b: Spec }): Spec => ({ shape: broadcast(a, b), dtype: a.dtype })),
  ...each(COMPARISON_KERNELS, ({ a, b }: { a: Spec; b: Spec }): Spec => ({ shape: broadcast(a, b), dtype: 'bool' })),
  Cast: ({ x: { shape } }, { dtype }) => ({ shape, dtype }),
  Select: ({ t }) => t,
  AddN: ({ operands: [first] }) => first,
  EluGrad: ({ y }) => y,
  ReluGrad: ({ dy }) => dy,
  Softmax: ({ logits }) => logits,

  ...each(['Sum', 'Prod', 'Max', 'Min'], reduction()),
  Mean: reduction('float32'),
  ...each(['All', 'Any'], reduction('bool')),
  ...each(['ArgMax', 'ArgMin'], argument),
  TopK: ({ x }, { k }) => {
    const shape = [...x.shape.slice(0, -1), k];
    return { values: { shape, dtype: x.dtype }, indices: { shape, dtype: 'int32' } };
  },

  Conv2D: convolution(false),
  DepthwiseConv2dNative: convolution(true),
  ...each(
    ['Conv2DBackpropInput', 'DepthwiseConv2dNativeBackpropInput'],
    ({ dy: { dtype } }: { dy: Spec }, { inputShape: shape }: { inputShape: readonly number[] }): Spec => ({
      shape,
      dtype,
    }),
  ),
  ...each(
    ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter'],
    ({ x: { dtype } }: { x: Spec }, { filterShape: shape }: { filterShape: readonly number[] }): Spec => ({
      shape,
      dtype,
    }),
  ),
  MaxPool: pool,
  AvgPool: pool,
  MaxPoolGrad: ({ input }) => input,
  AvgPoolGrad: ({ input }) => input,
  BatchNormTraining: ({ x, scale }) => ({ y: x, mean: scale, variance: scale }),
  BatchNormTrainingGrad: ({ x, scale }) => ({ dx: x, dScale: scale, dOffset: scale }),

  BatchMatMul: ({ a, b }, { transposeA, transposeB }) => {
    const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const rows = sideAt(a.shape, transposeA === true ? -1 : -2);
    const columns = sideAt(b.shape, transposeB === true ? -2 : -1);
    return { shape: [...batch, rows, columns], dtype: a.dtype };
  },
  Einsum: ({ operands }, { equation }) => {
    const [terms = '', result = ''] = equation.replace(/\s/g, '').split('->');
    const sides = new Map(
      terms
        .split(',')
        .flatMap((term, i) => Array.from(term, (label, axis) => [label, operands[i]?.shape[axis]] as const)),
    );
    return { shape: Array.from(result, (label) => sides.get(label) ?? Number.NaN), dtype: operands[0].dtype };
  },

  Reshape: ({ x }, { shape }) => ({
    shape: tf.util.inferFromImplicitShape([...shape], tf.util.sizeFromShape([...x.shape])),
    dtype: x.dtype,
  }),
  ExpandDims: ({ input }, { dim }) => ({ shape: insert(input.shape, dim, 1), dtype: input.dtype }),
  BroadcastTo: ({ x: { dtype } }, { shape }) => ({ shape, dtype }),
  Transpose: ({ x }, { perm }) => ({ shape: perm.map((axis) => sideAt(x.shape, axis)), dtype: x.dtype }),
  Tile: ({ x }, { reps }) => ({ shape: x.shape.map((side, i) => side * sideAt(reps, i)), dtype: x.dtype }),
  PadV2: padded,
  MirrorPad: padded,
  Slice: ({ x }, attributes) => ({ shape: sliceOf(x.shape, attributes).size, dtype: x.dtype }),
  StridedSlice: ({ x }, attributes) => ({ shape: stridedSliceOf(x.shape, attributes).finalShape, dtype: x.dtype }),
  Concat: ({ operands }, { axis }) => {
    const [{ shape, dtype }] = operands;
    const joined = axisOf(axis, shape);
    const sum = operands.reduce((total, part) => total + (part.shape[joined] ?? Number.NaN), 0);
    return { shape: shape.with(joined, sum), dtype };
  },
  Pack: ({ operands }, { axis }) => ({
    shape: insert(operands[0].shape, axis, operands.length),
    dtype: operands[0].dtype,
  }),
  Unpack: ({ value: { shape, dtype } }, { axis }) => {
    const parted = axisOf(axis, shape);
    const part = { shape: shape.toSpliced(parted, 1), dtype };
    return Array.from({ length: sideAt(shape, parted) }, () => part);
  },
  SplitV: ({ x: { shape, dtype } }, attributes) => {
    const { axis, sizes } = splitOf(shape, attributes);
    return sizes.map((size) => ({ shape: shape.with(axis, size), dtype }));
  },
  GatherV2: ({ x: { shape, dtype }, indices }, { axis, batchDims = 0 }) => {
    const gathered = axisOf(axis, shape);
    return { shape: shape.toSpliced(gathered, 1, ...indices.shape.slice(batchDims)), dtype };
  },
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }) => ({
    shape: [numSegments, ...x.shape.slice(segmentIds.shape.length)],
    dtype: x.dtype,
  }),
  OneHot: ({ indices: { shape } }, { depth, dtype = 'float32' }) => ({ shape: [...shape, depth], dtype }),
};
