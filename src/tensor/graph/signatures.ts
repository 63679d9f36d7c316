/**
 * The kernels that a graph may hold: the names of their inputs and outputs, and their attributes.
 *
 * Names, inputs and attributes are tfjs-core's. The engine's own kernels are `Input`, `State`, `Const` (sources),
 * `BroadcastTo`, `ReluGrad` (dy where the features are positive) and the pair of batch normalization
 * (../batch-norm.ts).
 */
import type { DType } from '../host-tensor.ts';
import type {
  ConvolutionAttributes,
  PoolAttributes,
  ReductionAttributes,
  SliceAttributes,
  SplitAttributes,
  StridedSliceAttributes,
} from './attributes.ts';
import type { MirrorPadAttributes } from './mirror.ts';
import type { ConstAttributes, Node, Spec, Value } from './node.ts';

interface Signature {
  /** In the order in which a node holds them; `list`: one or more without names. */
  readonly inputs: readonly string[] | 'list';
  /** `list`: tfjs expects a list from the kernel, even of one. */
  readonly outputs: 'one' | 'list' | readonly string[];
}

export const UNARY_KERNELS = [
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
export const PREDICATE_KERNELS = ['IsNan', 'IsFinite', 'IsInf'] as const;
export const BINARY_KERNELS = [
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
export const COMPARISON_KERNELS = [
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
] as const;
export const REDUCTION_KERNELS = ['Sum', 'Prod', 'Max', 'Min', 'Mean', 'All', 'Any', 'ArgMax', 'ArgMin'] as const;

const each = <const N extends string, const S extends Signature>(names: readonly N[], signature: S): Record<N, S> =>
  Object.fromEntries(names.map((name) => [name, signature])) as Record<N, S>;

export const SIGNATURES = {
  ...each(['Input', 'State', 'Const'], { inputs: [], outputs: 'one' }),
  ...each([...UNARY_KERNELS, ...PREDICATE_KERNELS, ...REDUCTION_KERNELS], { inputs: ['x'], outputs: 'one' }),
  ...each([...BINARY_KERNELS, ...COMPARISON_KERNELS, 'BatchMatMul'], { inputs: ['a', 'b'], outputs: 'one' }),
  ...each(['AddN', 'Einsum', 'Concat', 'Pack'], { inputs: 'list', outputs: 'one' }),
  ...each(['Cast', 'Cumsum', 'Cumprod', 'Reverse', 'Reshape', 'BroadcastTo', 'Transpose', 'Tile'], {
    inputs: ['x'],
    outputs: 'one',
  }),
  ...each(['PadV2', 'MirrorPad', 'Slice', 'StridedSlice', 'MaxPool', 'AvgPool'], { inputs: ['x'], outputs: 'one' }),
  ...each(['Conv2D', 'DepthwiseConv2dNative'], { inputs: ['x', 'filter'], outputs: 'one' }),
  ...each(['Conv2DBackpropInput', 'DepthwiseConv2dNativeBackpropInput'], { inputs: ['dy', 'filter'], outputs: 'one' }),
  ...each(['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter'], { inputs: ['x', 'dy'], outputs: 'one' }),
  ...each(['MaxPoolGrad'], { inputs: ['dy', 'input', 'output'], outputs: 'one' }),
  ...each(['AvgPoolGrad'], { inputs: ['dy', 'input'], outputs: 'one' }),
  ...each(['Select'], { inputs: ['condition', 't', 'e'], outputs: 'one' }),
  ...each(['EluGrad'], { inputs: ['dy', 'y'], outputs: 'one' }),
  ...each(['ReluGrad'], { inputs: ['dy', 'features'], outputs: 'one' }),
  ...each(['Softmax'], { inputs: ['logits'], outputs: 'one' }),
  ...each(['ExpandDims'], { inputs: ['input'], outputs: 'one' }),
  ...each(['GatherV2'], { inputs: ['x', 'indices'], outputs: 'one' }),
  ...each(['UnsortedSegmentSum'], { inputs: ['x', 'segmentIds'], outputs: 'one' }),
  ...each(['OneHot'], { inputs: ['indices'], outputs: 'one' }),
  ...each(['Unpack'], { inputs: ['value'], outputs: 'list' }),
  ...each(['SplitV'], { inputs: ['x'], outputs: 'list' }),
  ...each(['TopK'], { inputs: ['x'], outputs: ['values', 'indices'] }),
  ...each(['BatchNormTraining'], { inputs: ['x', 'scale', 'offset'], outputs: ['y', 'mean', 'variance'] }),
  ...each(['BatchNormTrainingGrad'], {
    inputs: ['dy', 'x', 'scale', 'mean', 'variance'],
    outputs: ['dx', 'dScale', 'dOffset'],
  }),
} satisfies Record<string, Signature>;

type Signatures = typeof SIGNATURES;
export type KernelName = keyof Signatures;

export const isKernelName = (name: string): name is KernelName => Object.hasOwn(SIGNATURES, name);

/** The name of a kernel that a graph holds. */
export function requireKernelName(name: string): KernelName {
  if (!isKernelName(name)) throw new Error(`Internal error: the graph has no kernel "${name}".`);
  return name;
}

interface CumulativeAttributes {
  readonly axis: number;
  readonly exclusive?: boolean;
  readonly reverse?: boolean;
}

/** Attributes of the kernels that have any. tfjs sometimes leaves out the optional ones. */
interface KernelAttributes
  extends
    Record<(typeof REDUCTION_KERNELS)[number], ReductionAttributes>,
    Record<'Input' | 'State', Spec & { readonly path: string }>,
    Record<'Conv2D' | 'DepthwiseConv2dNative', ConvolutionAttributes>,
    Record<
      'Conv2DBackpropInput' | 'DepthwiseConv2dNativeBackpropInput',
      ConvolutionAttributes & { readonly inputShape: readonly number[] }
    >,
    Record<
      'Conv2DBackpropFilter' | 'DepthwiseConv2dNativeBackpropFilter',
      ConvolutionAttributes & { readonly filterShape: readonly number[] }
    >,
    Record<'MaxPool' | 'AvgPool' | 'MaxPoolGrad' | 'AvgPoolGrad', PoolAttributes>,
    Record<'BatchNormTraining' | 'BatchNormTrainingGrad', { readonly epsilon: number }>,
    Record<'Cumsum' | 'Cumprod', CumulativeAttributes> {
  readonly Const: ConstAttributes;
  readonly Cast: { readonly dtype: DType };
  readonly LeakyRelu: { readonly alpha: number };
  readonly Step: { readonly alpha?: number };
  readonly ClipByValue: { readonly clipValueMin: number; readonly clipValueMax: number };
  readonly TopK: { readonly k: number };
  readonly BatchMatMul: { readonly transposeA?: boolean; readonly transposeB?: boolean };
  readonly Einsum: { readonly equation: string };
  readonly Reshape: { readonly shape: readonly number[] };
  readonly BroadcastTo: { readonly shape: readonly number[] };
  readonly ExpandDims: { readonly dim: number };
  readonly Transpose: { readonly perm: readonly number[] };
  readonly Tile: { readonly reps: readonly number[] };
  readonly Reverse: { readonly dims: number | readonly number[] };
  readonly PadV2: { readonly paddings: readonly (readonly [number, number])[]; readonly constantValue?: number };
  readonly MirrorPad: MirrorPadAttributes;
  readonly Slice: SliceAttributes;
  readonly StridedSlice: StridedSliceAttributes;
  readonly Concat: { readonly axis: number };
  readonly Pack: { readonly axis: number };
  readonly Unpack: { readonly axis: number };
  readonly SplitV: SplitAttributes;
  readonly GatherV2: { readonly axis: number; readonly batchDims?: number };
  readonly UnsortedSegmentSum: { readonly numSegments: number };
  readonly OneHot: {
    readonly depth: number;
    readonly dtype?: DType;
    readonly onValue: number;
    readonly offValue: number;
  };
}

export type AttributesOf<K extends KernelName> = K extends keyof KernelAttributes ? KernelAttributes[K] : object;

/** One or more. */
export type List<T> = readonly [T, ...T[]];

/** The inputs of a kernel by name, as values or their representations; those without names are `operands`. */
export type Inputs<K extends KernelName, T> = Signatures[K]['inputs'] extends readonly (infer N extends string)[]
  ? Readonly<Record<N, T>>
  : { readonly operands: List<T> };

/** The outputs of a kernel by name; one without a name, and lists, as they are. */
export type Outputs<K extends KernelName, T> = Signatures[K]['outputs'] extends readonly (infer N extends string)[]
  ? Readonly<Record<N, T>>
  : Signatures[K]['outputs'] extends 'list'
    ? readonly T[]
    : T;

/** Names a node's ordered inputs, or their representations. */
export function inputsByName<K extends KernelName, T>(kernel: K, inputs: readonly T[]): Inputs<K, T> {
  const { inputs: names }: Signature = SIGNATURES[kernel];
  return (names === 'list' ? { operands: inputs } : byName(kernel, names, inputs)) as Inputs<K, T>;
}

/** The same of the outputs. */
export function outputsByName<K extends KernelName, T>(kernel: K, outputs: readonly T[]): Outputs<K, T> {
  const { outputs: names }: Signature = SIGNATURES[kernel];
  if (names === 'list') return outputs as Outputs<K, T>;
  if (names === 'one') return byName(kernel, ['y'], outputs).y as Outputs<K, T>;
  return byName(kernel, names, outputs) as Outputs<K, T>;
}

/** The other way round: outputs in the order in which a node holds them. */
export function outputsInOrder<K extends KernelName, T>(kernel: K, outputs: Outputs<K, T>): readonly T[] {
  const { outputs: names }: Signature = SIGNATURES[kernel];
  if (names === 'list') return outputs as readonly T[];
  if (names === 'one') return [outputs as T];
  return names.map((name) => (outputs as Readonly<Record<string, T>>)[name] as T);
}

/** Gives every output of a lowered node to `set`, with the value of the graph that it stands for. */
export function setOutputs<K extends KernelName, T>(
  kernel: K,
  node: Node,
  lowered: Outputs<K, T>,
  set: (value: Value, lowered: T) => void,
): void {
  const outputs = outputsInOrder(kernel, lowered);
  for (const [i, value] of node.outputs.entries()) {
    const output = outputs[i];
    if (output === undefined) throw new Error(`Internal error: "${kernel}" was lowered without its output ${i}.`);
    set(value, output);
  }
}

/** The kernel of a node with its attributes; a graph holds no other kernels. */
export function attributesOf<K extends KernelName>({ attributes }: Pick<Node, 'attributes'>): AttributesOf<K> {
  return attributes as unknown as AttributesOf<K>;
}

function byName<T>(kernel: string, names: readonly string[], values: readonly T[]): Record<string, T> {
  if (names.length !== values.length)
    throw new Error(
      `Internal error: "${kernel}" has ${names.length} places (${names.join(', ')}) for ${values.length} values.`,
    );
  return Object.fromEntries(values.map((value, i) => [names[i], value])) as Record<string, T>;
}
