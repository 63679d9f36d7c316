/** Kernels that treat every element alike. */
import { attribute, type Edge } from '../graph-def.ts';
import { operation, type AnyContext, type KernelTable } from './kernel.ts';

/** Operations on truths have no type. */
const logical =
  (name: string) =>
  (_: unknown, __: unknown, { lowering, edges }: AnyContext): Edge =>
    lowering.op(name, edges);

/** Kernels that TensorFlow calls as tfjs does. */
const operations = <const N extends string>(names: readonly N[]): Record<N, ReturnType<typeof operation>> =>
  Object.fromEntries(names.map((name) => [name, operation(name)])) as Record<N, ReturnType<typeof operation>>;

export const ELEMENTWISE = {
  ...operations([
    'Relu',
    'Relu6',
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
    'IsNan',
    'IsInf',
    'IsFinite',
    'EluGrad',
    'ReluGrad',
    'Sub',
    'Maximum',
    'Minimum',
    'Pow',
    'SquaredDifference',
    'FloorDiv',
    'Equal',
    'NotEqual',
    'Greater',
    'GreaterEqual',
    'Less',
    'LessEqual',
  ]),
  Add: operation('AddV2'),
  Multiply: operation('Mul'),
  Mod: operation('FloorMod'),
  LogicalNot: logical('LogicalNot'),
  LogicalAnd: logical('LogicalAnd'),
  LogicalOr: logical('LogicalOr'),

  /** tfjs divides integers rounding down. */
  RealDiv: ({ a, b }, _, { lowering, type }) =>
    lowering.op(type === 'int32' ? 'FloorDiv' : 'RealDiv', [a, b], { T: attribute.type(type) }),

  LeakyRelu: ({ x }, { alpha }, { lowering, type }) =>
    lowering.op('LeakyRelu', [x], { T: attribute.type(type), alpha: attribute.real(alpha) }),

  /** 1 if x > 0, else alpha; NaN stays. */
  Step: ({ x }, { alpha = 0 }, { lowering, type }) => {
    const T = attribute.type(type);
    const positive = lowering.op('Greater', [x, lowering.number(0, type)], { T });
    const stepped = lowering.op('SelectV2', [positive, lowering.number(1, type), lowering.number(alpha, type)], { T });
    return type === 'float32'
      ? lowering.op('SelectV2', [lowering.op('IsNan', [x], { T }), x, stepped], { T })
      : stepped;
  },

  ClipByValue: ({ x }, { clipValueMin, clipValueMax }, { lowering, type }) =>
    lowering.op('ClipByValue', [x, lowering.number(clipValueMin, type), lowering.number(clipValueMax, type)], {
      T: attribute.type(type),
    }),

  Cast: ({ x }, { dtype }, { lowering, type }) => lowering.cast(x, type, dtype),

  /** The condition may lack trailing axes. */
  Select: ({ condition, t, e }, _, { lowering, node, values }) => {
    const missing = values.t.shape.length - values.condition.shape.length;
    const shape = [...values.condition.shape, ...new Array<number>(Math.max(0, missing)).fill(1)];
    const full = missing > 0 ? lowering.reshape(condition, 'bool', shape) : condition;
    return lowering.op('SelectV2', [full, t, e], { T: attribute.type(lowering.typeOf(node, 1)) });
  },

  AddN: ({ operands }, _, { lowering, type }) =>
    lowering.op('AddN', operands, { T: attribute.type(type), N: attribute.integer(operands.length) }),
} satisfies KernelTable;
