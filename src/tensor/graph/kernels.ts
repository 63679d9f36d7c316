/**
 * The kernels that a graph may hold: the order of their inputs, and the shapes and dtypes they give.
 *
 * Names, inputs and attributes are tfjs-core's. The engine's own are `Input`, `State`, `Const` (sources), `BroadcastTo`,
 * `ReluGrad` (dy where the features are positive) and the batch normalisation pair of ../batch-norm.ts.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../host-tensor.ts';
import { checkFit } from './fit.ts';
import type { Attributes, Spec } from './node.ts';
import {
  convolutionOf,
  poolOf,
  segmentsOf,
  sliceOf,
  stridedSliceOf,
  axesOf,
  type ConvolutionAttributes,
  type PoolAttributes,
  type SliceAttributes,
  type StridedSliceAttributes,
} from './attributes.ts';

interface Kernel {
  /** Names of the inputs; null where tfjs passes a list. */
  readonly inputs: readonly string[] | null;
  readonly infer: (inputs: readonly Spec[], attributes: Attributes) => readonly Spec[];
  /** tfjs expects a list from these, even of one. */
  readonly many?: true;
}

export function inferOutputs(kernel: string, inputs: readonly Spec[], attributes: Attributes): readonly Spec[] {
  const known = KERNELS.get(kernel);
  if (known === undefined) throw new Error(`Internal error: the graph has no kernel "${kernel}".`);
  const outputs = known.infer(inputs, attributes);
  checkFit(kernel, inputs, attributes, outputs);
  return outputs;
}

const one = (shape: readonly number[], dtype: DType): Spec[] => [{ shape, dtype }];
const broadcast = (a: Spec, b: Spec): number[] =>
  tf.backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);

const source: Kernel = { inputs: [], infer: (_, { shape, dtype }) => one(shape as number[], dtype as DType) };
const unary: Kernel = { inputs: ['x'], infer: ([x]) => one(x!.shape, x!.dtype) };
const question: Kernel = { inputs: ['x'], infer: ([x]) => one(x!.shape, 'bool') };
const binary: Kernel = { inputs: ['a', 'b'], infer: ([a, b]) => one(broadcast(a!, b!), a!.dtype) };
const comparison: Kernel = { inputs: ['a', 'b'], infer: ([a, b]) => one(broadcast(a!, b!), 'bool') };
const like = (names: readonly string[], which: number): Kernel => ({
  inputs: names,
  infer: (inputs) => one(inputs[which]!.shape, inputs[which]!.dtype),
});

/** Reductions drop their axes, or keep them as ones. */
const reduction = (dtype?: DType): Kernel => ({
  inputs: ['x'],
  infer: ([x], attributes) => {
    const axes = axesOf(attributes, x!.shape);
    const shape =
      attributes.keepDims === true
        ? x!.shape.map((side, i) => (axes.includes(i) ? 1 : side))
        : x!.shape.filter((_, i) => !axes.includes(i));
    return one(shape, dtype ?? x!.dtype);
  },
});

const argument: Kernel = {
  inputs: ['x'],
  infer: ([x], attributes) =>
    one(
      x!.shape.filter((_, i) => !axesOf(attributes, x!.shape).includes(i)),
      'int32',
    ),
};

const convolution = (depthwise: boolean): Kernel => ({
  inputs: ['x', 'filter'],
  infer: ([x, filter], attributes) =>
    one(
      convolutionOf(x!.shape, filter!.shape, attributes as unknown as ConvolutionAttributes, depthwise).outShape,
      x!.dtype,
    ),
});
const inputGradient: Kernel = {
  inputs: ['dy', 'filter'],
  infer: ([dy], { inputShape }) => one(inputShape as number[], dy!.dtype),
};
const filterGradient: Kernel = {
  inputs: ['x', 'dy'],
  infer: ([x], { filterShape }) => one(filterShape as number[], x!.dtype),
};
const pool: Kernel = {
  inputs: ['x'],
  infer: ([x], attributes) => one(poolOf(x!.shape, attributes as unknown as PoolAttributes).outShape, x!.dtype),
};

const shaped = (
  shapeOf: (shape: readonly number[], attributes: Attributes) => readonly number[],
  name = 'x',
): Kernel => ({
  inputs: [name],
  infer: ([x], attributes) => one(shapeOf(x!.shape, attributes), x!.dtype),
});

const insert = (shape: readonly number[], at: number, side: number): number[] => {
  const longer = [...shape];
  longer.splice(at < 0 ? shape.length + at + 1 : at, 0, side);
  return longer;
};

export const UNARY = [
  'Relu',
  'Relu6',
  'LeakyRelu',
  'Elu',
  'Selu',
  'Softplus',
  'Sigmoid',
  'Tanh',
  'Exp',
  'Expm1',
  'Log',
  'Log1p',
  'Sqrt',
  'Rsqrt',
  'Square',
  'Neg',
  'Abs',
  'Sign',
  'Floor',
  'Ceil',
  'Round',
  'Reciprocal',
  'Erf',
  'Sin',
  'Cos',
  'Tan',
  'Asin',
  'Acos',
  'Atan',
  'Sinh',
  'Cosh',
  'Asinh',
  'Acosh',
  'Atanh',
  'Identity',
  'Step',
  'ClipByValue',
  'LogicalNot',
] as const;
export const QUESTIONS = ['IsNan', 'IsFinite', 'IsInf'] as const;
export const BINARY = [
  'Add',
  'Sub',
  'Multiply',
  'RealDiv',
  'Maximum',
  'Minimum',
  'Pow',
  'SquaredDifference',
  'FloorDiv',
  'Mod',
] as const;
export const COMPARISONS = [
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
] as const;

const named = (names: readonly string[], kernel: Kernel): [string, Kernel][] => names.map((name) => [name, kernel]);

export const KERNELS: ReadonlyMap<string, Kernel> = new Map<string, Kernel>([
  ...named(['Input', 'State', 'Const'], source),
  ...named(UNARY, unary),
  ...named(QUESTIONS, question),
  ...named(BINARY, binary),
  ...named(COMPARISONS, comparison),
  ['Cast', { inputs: ['x'], infer: ([x], { dtype }) => one(x!.shape, dtype as DType) }],
  ['Select', like(['condition', 't', 'e'], 1)],
  ['AddN', { inputs: null, infer: ([x]) => one(x!.shape, x!.dtype) }],
  ['EluGrad', like(['dy', 'y'], 1)],
  ['ReluGrad', like(['dy', 'features'], 0)],
  ['Softmax', like(['logits'], 0)],

  ...named(['Sum', 'Prod', 'Max', 'Min'], reduction()),
  ['Mean', reduction('float32')],
  ...named(['All', 'Any'], reduction('bool')),
  ...named(['ArgMax', 'ArgMin'], argument),
  ...named(['Cumsum', 'Cumprod', 'Reverse'], unary),
  [
    'TopK',
    {
      inputs: ['x'],
      many: true,
      infer: ([x], { k }) => {
        const shape = [...x!.shape.slice(0, -1), k as number];
        return [
          { shape, dtype: x!.dtype },
          { shape, dtype: 'int32' },
        ];
      },
    },
  ],

  ['Conv2D', convolution(false)],
  ['Conv2DBackpropInput', inputGradient],
  ['Conv2DBackpropFilter', filterGradient],
  ['DepthwiseConv2dNative', convolution(true)],
  ['DepthwiseConv2dNativeBackpropInput', inputGradient],
  ['DepthwiseConv2dNativeBackpropFilter', filterGradient],
  ...named(['MaxPool', 'AvgPool'], pool),
  ['MaxPoolGrad', like(['dy', 'input', 'output'], 1)],
  ['AvgPoolGrad', like(['dy', 'input'], 1)],

  [
    'BatchNormTraining',
    {
      inputs: ['x', 'scale', 'offset'],
      many: true,
      infer: ([x, scale]) => [x!, scale!, scale!],
    },
  ],
  [
    'BatchNormTrainingGrad',
    {
      inputs: ['dy', 'x', 'scale', 'mean', 'variance'],
      many: true,
      infer: ([, x, scale]) => [x!, scale!, scale!],
    },
  ],

  [
    'BatchMatMul',
    {
      inputs: ['a', 'b'],
      infer: ([a, b], { transposeA, transposeB }) => {
        const batch = tf.backend_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
        return one(
          [...batch, a!.shape.at(transposeA === true ? -1 : -2)!, b!.shape.at(transposeB === true ? -2 : -1)!],
          a!.dtype,
        );
      },
    },
  ],
  [
    'Einsum',
    {
      inputs: null,
      infer: (operands, { equation }) => {
        const [terms, result] = (equation as string).replace(/\s/g, '').split('->') as [string, string];
        const sides = new Map(
          terms
            .split(',')
            .flatMap((term, i) => Array.from(term, (label, axis) => [label, operands[i]!.shape[axis]!] as const)),
        );
        return one(
          Array.from(result, (label) => sides.get(label)!),
          operands[0]!.dtype,
        );
      },
    },
  ],

  [
    'Reshape',
    {
      inputs: ['x'],
      infer: ([x], { shape }) =>
        one(tf.util.inferFromImplicitShape(shape as number[], tf.util.sizeFromShape([...x!.shape])), x!.dtype),
    },
  ],
  ['ExpandDims', shaped((shape, { dim }) => insert(shape, dim as number, 1), 'input')],
  ['BroadcastTo', shaped((_, { shape }) => shape as number[])],
  ['Transpose', shaped((shape, { perm }) => (perm as number[]).map((i) => shape[i]!))],
  ['Tile', shaped((shape, { reps }) => shape.map((side, i) => side * (reps as number[])[i]!))],
  ...named(
    ['PadV2', 'MirrorPad'],
    shaped((shape, { paddings }) =>
      shape.map((side, i) => side + (paddings as number[][])[i]![0]! + (paddings as number[][])[i]![1]!),
    ),
  ),
  ['Slice', shaped((shape, attributes) => sliceOf(shape, attributes as unknown as SliceAttributes).size)],
  [
    'StridedSlice',
    shaped((shape, attributes) => stridedSliceOf(shape, attributes as unknown as StridedSliceAttributes).finalShape),
  ],
  [
    'Concat',
    {
      inputs: null,
      infer: (parts, attributes) => {
        const [axis] = axesOf(attributes, parts[0]!.shape);
        return one(
          parts[0]!.shape.map((side, i) => (i === axis ? parts.reduce((sum, part) => sum + part.shape[i]!, 0) : side)),
          parts[0]!.dtype,
        );
      },
    },
  ],
  [
    'Pack',
    {
      inputs: null,
      infer: (parts, { axis }) => one(insert(parts[0]!.shape, axis as number, parts.length), parts[0]!.dtype),
    },
  ],
  [
    'Unpack',
    {
      inputs: ['value'],
      many: true,
      infer: ([x], attributes) => {
        const axis = axesOf(attributes, x!.shape)[0]!;
        return Array.from({ length: x!.shape[axis]! }, () => ({
          shape: x!.shape.filter((_, i) => i !== axis),
          dtype: x!.dtype,
        }));
      },
    },
  ],
  [
    'SplitV',
    {
      inputs: ['x'],
      many: true,
      infer: ([x], attributes) => {
        const { axis, sizes } = segmentsOf(x!.shape, attributes);
        return sizes.map((size) => ({ shape: x!.shape.map((side, i) => (i === axis ? size : side)), dtype: x!.dtype }));
      },
    },
  ],
  [
    'GatherV2',
    {
      inputs: ['x', 'indices'],
      infer: ([x, indices], { axis, batchDims }) => {
        const at = axesOf({ axis }, x!.shape)[0]!;
        return one(
          [
            ...x!.shape.slice(0, at),
            ...indices!.shape.slice((batchDims as number | undefined) ?? 0),
            ...x!.shape.slice(at + 1),
          ],
          x!.dtype,
        );
      },
    },
  ],
  [
    'UnsortedSegmentSum',
    {
      inputs: ['x', 'segmentIds'],
      infer: ([x, ids], { numSegments }) =>
        one([numSegments as number, ...x!.shape.slice(ids!.shape.length)], x!.dtype),
    },
  ],
  [
    'OneHot',
    {
      inputs: ['indices'],
      infer: ([x], { depth, dtype }) => one([...x!.shape, depth as number], (dtype as DType | undefined) ?? 'float32'),
    },
  ],
]);
