/** Kernels that treat every element alike. */
import type { Value } from '../../graph/node.ts';
import type { HloLowering } from '../hlo/lowering.ts';
import type { HloValue } from '../hlo/module.ts';
import type { HloContext, HloKernelTable } from './kernel.ts';

/** S. Klambauer et al., "Self-Normalizing Neural Networks", NeurIPS 2017. */
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/** Kernels of one value that are one operation. Those of CHLO are written out by XLA itself. */
const UNARY_OPERATIONS = {
  Sigmoid: 'logistic',
  Tanh: 'tanh',
  Exp: 'exponential',
  Expm1: 'exponential_minus_one',
  Log: 'log',
  Log1p: 'log_plus_one',
  Sqrt: 'sqrt',
  Rsqrt: 'rsqrt',
  Neg: 'negate',
  Abs: 'abs',
  Sign: 'sign',
  Floor: 'floor',
  Ceil: 'ceil',
  Round: 'round_nearest_even',
  Sin: 'sine',
  Cos: 'cosine',
  Tan: 'tan',
  LogicalNot: 'not',
  Erf: 'chlo.erf',
  Asin: 'chlo.asin',
  Acos: 'chlo.acos',
  Atan: 'chlo.atan',
  Sinh: 'chlo.sinh',
  Cosh: 'chlo.cosh',
  Asinh: 'chlo.asinh',
  Acosh: 'chlo.acosh',
  Atanh: 'chlo.atanh',
} as const;

const BINARY_OPERATIONS = {
  Add: 'add',
  Sub: 'subtract',
  Multiply: 'multiply',
  Maximum: 'maximum',
  Minimum: 'minimum',
  Pow: 'power',
  LogicalAnd: 'and',
  LogicalOr: 'or',
} as const;

const COMPARISON_DIRECTIONS = {
  Equal: 'EQ',
  NotEqual: 'NE',
  Greater: 'GT',
  GreaterEqual: 'GE',
  Less: 'LT',
  LessEqual: 'LE',
} as const;

interface Unary {
  readonly x: HloValue;
}
interface Binary {
  readonly a: HloValue;
  readonly b: HloValue;
}
type Context = HloContext<Value>;

const unary =
  (operation: string) =>
  ({ x }: Unary, _: unknown, { lowering }: Context): HloValue =>
    lowering.op(operation, [x]);

/** A function of two values, which are broadcast first. */
const binary =
  (write: (l: HloLowering, a: HloValue, b: HloValue) => HloValue) =>
  ({ a, b }: Binary, _: unknown, { lowering, results: { shape } }: Context): HloValue =>
    write(lowering, lowering.broadcast(a, shape), lowering.broadcast(b, shape));

/** A function of one value, written with others; `number` fills its shape. */
const written =
  (write: (l: HloLowering, x: HloValue, number: (value: number) => HloValue) => HloValue) =>
  ({ x }: Unary, _: unknown, { lowering }: Context): HloValue =>
    write(lowering, x, (value) => lowering.fill(value, x));

/** The same of each entry of a table. */
const mapped = <const T extends Readonly<Record<string, string>>, L>(
  table: T,
  lower: (operation: T[keyof T]) => L,
): Record<keyof T, L> =>
  Object.fromEntries(
    Object.entries(table).map(([kernel, operation]) => [kernel, lower(operation as T[keyof T])]),
  ) as Record<keyof T, L>;

const exponentialBelow = (l: HloLowering, x: HloValue, zero: HloValue, alpha: HloValue): HloValue =>
  l.select(l.compare('GT', x, zero), x, l.op('multiply', [alpha, l.op('exponential_minus_one', [x])]));

/** True if a division of integers leaves a rest of another sign than the divisor's. */
function roundsUp(l: HloLowering, rest: HloValue, b: HloValue): HloValue {
  const differs = l.compare('NE', l.op('sign', [rest]), l.op('sign', [b]));
  return l.op('and', [l.compare('NE', rest, l.fill(0, rest)), differs]);
}

/** Rounds down; integers are divided towards zero by StableHLO. */
function floorDivide(l: HloLowering, a: HloValue, b: HloValue): HloValue {
  const quotient = l.op('divide', [a, b]);
  if (a.type !== 'int32') return l.op('floor', [quotient]);
  const isTooLarge = roundsUp(l, l.op('remainder', [a, b]), b);
  return l.select(isTooLarge, l.op('subtract', [quotient, l.fill(1, a)]), quotient);
}

/** Has the sign of b. */
function floorModulo(l: HloLowering, a: HloValue, b: HloValue): HloValue {
  const rest = l.op('remainder', [a, b]);
  return l.select(roundsUp(l, rest, b), l.op('add', [rest, b]), rest);
}

export const HLO_ELEMENTWISE = {
  ...mapped(UNARY_OPERATIONS, unary),
  ...mapped(BINARY_OPERATIONS, (operation) => binary((l, a, b) => l.op(operation, [a, b]))),
  ...mapped(COMPARISON_DIRECTIONS, (direction) => binary((l, a, b) => l.compare(direction, a, b))),

  Identity: ({ x }) => x,
  Relu: written((l, x, number) => l.op('maximum', [x, number(0)])),
  Relu6: written((l, x, number) => l.clamp(number(0), x, number(6))),
  Elu: written((l, x, number) => exponentialBelow(l, x, number(0), number(1))),
  Selu: written((l, x, number) =>
    l.op('multiply', [number(SELU.scale), exponentialBelow(l, x, number(0), number(SELU.alpha))]),
  ),
  /** max(x, 0) + log(1 + exp(-|x|)), which does not overflow. */
  Softplus: written((l, x, number) => {
    const small = l.op('exponential', [l.op('negate', [l.op('abs', [x])])]);
    return l.op('add', [l.op('maximum', [x, number(0)]), l.op('log_plus_one', [small])]);
  }),
  Square: written((l, x) => l.op('multiply', [x, x])),
  Reciprocal: written((l, x, number) => l.op('divide', [number(1), x])),
  IsNan: written((l, x) => l.compare('NE', x, x)),
  IsFinite: written((l, x) => l.op('is_finite', [x], { type: 'bool' })),
  IsInf: written((l, x, number) => l.compare('EQ', l.op('abs', [x]), number(Infinity))),

  LeakyRelu: ({ x }, { alpha }, { lowering: l }) =>
    l.select(l.compare('GT', x, l.fill(0, x)), x, l.op('multiply', [x, l.fill(alpha, x)])),
  /** 1 where x > 0, else alpha; NaN stays. */
  Step: ({ x }, { alpha = 0 }, { lowering: l }) => {
    const stepped = l.select(l.compare('GT', x, l.fill(0, x)), l.fill(1, x), l.fill(alpha, x));
    return x.type === 'float32' ? l.select(l.compare('NE', x, x), x, stepped) : stepped;
  },
  ClipByValue: ({ x }, { clipValueMin, clipValueMax }, { lowering: l }) =>
    l.clamp(l.fill(clipValueMin, x), x, l.fill(clipValueMax, x)),

  /** tfjs divides integers rounding down. */
  RealDiv: binary((l, a, b) => (a.type === 'int32' ? floorDivide(l, a, b) : l.op('divide', [a, b]))),
  FloorDiv: binary(floorDivide),
  Mod: binary(floorModulo),
  SquaredDifference: binary((l, a, b) => {
    const difference = l.op('subtract', [a, b]);
    return l.op('multiply', [difference, difference]);
  }),

  EluGrad: ({ dy, y }, _, { lowering: l }) =>
    l.select(l.compare('GE', y, l.fill(0, y)), dy, l.op('multiply', [dy, l.op('add', [y, l.fill(1, y)])])),
  ReluGrad: ({ dy, features }, _, { lowering: l }) =>
    l.select(l.compare('GT', features, l.fill(0, features)), dy, l.fill(0, dy)),

  Cast: ({ x }, { dtype }, { lowering }) => lowering.cast(x, dtype),
  /** The condition may lack trailing axes. */
  Select: ({ condition, t, e }, _, { lowering, results: { shape } }) => {
    const missing = Math.max(0, shape.length - condition.shape.length);
    const full = lowering.reshape(condition, [...condition.shape, ...new Array<number>(missing).fill(1)]);
    const [chosen, yes, no] = [full, t, e].map((value) => lowering.broadcast(value, shape)) as [
      HloValue,
      HloValue,
      HloValue,
    ];
    return lowering.select(chosen, yes, no);
  },
  AddN: ({ operands }, _, { lowering }) => operands.reduce((sum, term) => lowering.op('add', [sum, term])),
} satisfies HloKernelTable;
