/** Kernels that treat every element alike, in any layout of their operands. */
import type { Value } from '../../graph/node.ts';
import { sameShape } from '../../errors.ts';
import type { DeferredConvolution, StridedConvolutions } from '../deferred-convolutions.ts';
import type { Lowering } from '../lowering.ts';
import { typeNumber, type Attribute, type Model, type Name } from '../model.ts';
import { elementwise, type AnyContext, type Context, type ElementwiseContext, type KernelTable } from './kernel.ts';

const operator =
  (name: string, attributes: Readonly<Record<string, Attribute>> = {}) =>
  (_: unknown, __: unknown, { model, names }: AnyContext): Name =>
    model.op(name, names, attributes);

/** Kernels that ONNX calls as tfjs does. */
const operators = <const N extends string>(names: readonly N[]): Record<N, ReturnType<typeof operator>> =>
  Object.fromEntries(names.map((name) => [name, operator(name)])) as Record<N, ReturnType<typeof operator>>;

/** Steep enough to be a step at the smallest normal number. */
const STEEP = { real: 1e38 };

/** 1 if x > 0, else 0. Booleans would be several times slower. */
const isPositive = (model: Model, x: Name): Name => model.op('HardSigmoid', [x], { alpha: STEEP, beta: { real: 0 } });

interface Pair<T> {
  readonly a: T;
  readonly b: T;
}

/** Rounds a quotient down, for all signs. */
function floorDiv({ a, b }: Pair<Name>, _: unknown, { lowering, model, values }: ElementwiseContext<'FloorDiv'>): Name {
  if (values.a.dtype === 'float32') return model.op('Floor', [model.op('Div', [a, b])]);
  // Doubles hold every int32; ONNX's own division of integers rounds towards zero.
  const quotient = model.op('Div', [lowering.cast(a, 'double'), lowering.cast(b, 'double')]);
  return lowering.cast(model.op('Floor', [quotient]), 'int32');
}

/** The remainder that has the sign of the divisor. */
function mod({ a, b }: Pair<Name>, _: unknown, { model, values }: ElementwiseContext<'Mod'>): Name {
  if (values.a.dtype === 'int32') return model.op('Mod', [a, b]);
  return model.op('Sub', [a, model.op('Mul', [model.op('Floor', [model.op('Div', [a, b])]), b])]);
}

/** 1 if x > 0, else alpha; NaN stays. */
function step(
  { x }: { readonly x: Name },
  { alpha = 0 }: { readonly alpha?: number },
  { lowering, model, values }: ElementwiseContext<'Step'>,
): Name {
  const { dtype } = values.x;
  const isAbove = model.op('Greater', [x, lowering.number(0, dtype)]);
  const stepped = model.op('Where', [isAbove, lowering.number(1, dtype), lowering.number(alpha, dtype)]);
  return dtype === 'float32' ? model.op('Where', [model.op('IsNaN', [x]), x, stepped]) : stepped;
}

const SIMPLE = elementwise({
  ...operators([
    'Softplus',
    'Sigmoid',
    'Tanh',
    'Exp',
    'Log',
    'Sqrt',
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
    'Selu',
    'Identity',
    'Elu',
  ]),
  Sub: operator('Sub'),
  Multiply: operator('Mul'),
  RealDiv: operator('Div'),
  Maximum: operator('Max'),
  Minimum: operator('Min'),
  Pow: operator('Pow'),
  FloorDiv: floorDiv,
  Mod: mod,
  SquaredDifference: ({ a, b }, _, { model }) => {
    const difference = model.op('Sub', [a, b]);
    return model.op('Mul', [difference, difference]);
  },

  Equal: operator('Equal'),
  Greater: operator('Greater'),
  GreaterEqual: operator('GreaterOrEqual'),
  Less: operator('Less'),
  LessEqual: operator('LessOrEqual'),
  NotEqual: ({ a, b }, _, { model }) => model.op('Not', [model.op('Equal', [a, b])]),
  LogicalAnd: operator('And'),
  LogicalOr: operator('Or'),
  LogicalNot: operator('Not'),
  IsNan: operator('IsNaN'),
  IsInf: operator('IsInf'),
  IsFinite: ({ x }, _, { model }) =>
    model.op('Not', [model.op('Or', [model.op('IsNaN', [x]), model.op('IsInf', [x])])]),

  Relu6: ({ x }, _, { model }) => model.op('Clip', [x, model.scalar(0), model.scalar(6)]),
  ReluGrad: ({ dy, features }, _, { model }) => model.op('Mul', [dy, isPositive(model, features)]),
  LeakyRelu: ({ x }, { alpha }, { model }) => model.op('LeakyRelu', [x], { alpha: { real: alpha } }),
  /** As in tfjs: dy if y >= 0, else dy (y + 1). */
  EluGrad: ({ dy, y }, _, { model }) =>
    model.op('Mul', [dy, model.op('Add', [model.op('Min', [y, model.scalar(0)]), model.scalar(1)])]),
  Expm1: ({ x }, _, { model }) => model.op('Sub', [model.op('Exp', [x]), model.scalar(1)]),
  Log1p: ({ x }, _, { model }) => model.op('Log', [model.op('Add', [x, model.scalar(1)])]),
  Rsqrt: ({ x }, _, { model }) => model.op('Reciprocal', [model.op('Sqrt', [x])]),
  Square: ({ x }, _, { model }) => model.op('Mul', [x, x]),
  Step: step,
  ClipByValue: ({ x }, { clipValueMin, clipValueMax }, { lowering, model, values }) => {
    const bounds = [clipValueMin, clipValueMax].map((bound) => lowering.number(bound, values.x.dtype));
    return model.op('Clip', [x, ...bounds]);
  },
  Cast: ({ x }, { dtype }, { model }) => model.op('Cast', [x], { to: typeNumber(dtype) }),
  AddN: ({ operands: [first, ...others] }, _, { model }) =>
    others.reduce((sum, other) => model.op('Add', [sum, other]), first),
});

const BY_OPERATOR = elementwise({ Add: operator('Add'), Relu: operator('Relu'), Select: operator('Where') });

/** An addition becomes part of a deferred convolution of the same shape. */
function add(inputs: Pair<Value>, attributes: object, context: Context<'Add'>): void {
  const { lowering, results: result } = context;
  const { a, b } = inputs;
  const isAlike = a !== b && sameShape(a.shape, result.shape) && sameShape(b.shape, result.shape);
  const fused = isAlike ? (withSum(lowering, a, b) ?? withSum(lowering, b, a)) : undefined;
  const strided = fused === undefined ? addStrided(lowering, inputs) : undefined;
  if (fused !== undefined) lowering.defer(result, fused);
  else if (strided !== undefined) lowering.deferStrided(result, strided);
  else BY_OPERATOR.Add(inputs, attributes, context);
}

function withSum(lowering: Lowering, term: Value, other: Value): DeferredConvolution | undefined {
  const deferred = lowering.takeDeferred(term);
  if (deferred === undefined || deferred.sum !== undefined || deferred.relu) return undefined;
  return { ...deferred, sum: lowering.get(other, lowering.layout(term)) };
}

/** Two gradients in parts are added part by part. */
function addStrided(lowering: Lowering, { a, b }: Pair<Value>): StridedConvolutions | undefined {
  if (a === b) return undefined;
  const [left, right] = [lowering.takeStrided(a), lowering.takeStrided(b)];
  if (left === undefined || right === undefined) return undefined;
  const sum = (
    one: DeferredConvolution | undefined,
    other: DeferredConvolution | undefined,
  ): DeferredConvolution | undefined => (one && other ? { ...one, sum: lowering.convolve(other) } : (one ?? other));
  return left.map((row, y) => row.map((part, x) => sum(part, right[y]?.[x])));
}

function relu(inputs: { readonly x: Value }, attributes: object, context: Context<'Relu'>): void {
  const { lowering, results } = context;
  const deferred = lowering.takeDeferred(inputs.x);
  if (deferred === undefined || deferred.relu) BY_OPERATOR.Relu(inputs, attributes, context);
  else lowering.defer(results, { ...deferred, relu: true });
}

/** The condition may lack trailing axes. */
function select(
  inputs: { readonly condition: Value; readonly t: Value; readonly e: Value },
  attributes: object,
  context: Context<'Select'>,
): void {
  const { lowering, results: result } = context;
  const { condition, t, e } = inputs;
  const missing = result.shape.slice(condition.shape.length);
  if (missing.length === 0) {
    BY_OPERATOR.Select(inputs, attributes, context);
    return;
  }
  const padded = lowering.reshape(lowering.get(condition), [...condition.shape, ...missing.map(() => 1)]);
  lowering.set(result, 'plain', lowering.model.op('Where', [padded, lowering.get(t), lowering.get(e)]));
}

export const ELEMENTWISE = { ...SIMPLE, Add: add, Relu: relu, Select: select } satisfies KernelTable;
