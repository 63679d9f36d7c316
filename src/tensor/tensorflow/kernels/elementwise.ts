/** Kernels that treat every element alike. */
import type { Node } from '../../graph/node.ts';
import { attribute, type Edge } from '../graph-def.ts';
import { operation, single, type KernelTable, type LowerKernel, type Operands } from './kernel.ts';

/** Operations on truths have no type. */
const logical = (name: string): LowerKernel => single(({ lowering, inputs }) => lowering.op(name, inputs));

const named = (names: readonly string[]): KernelTable =>
  Object.fromEntries(names.map((name) => [name, operation(name)]));

/** tfjs divides integers rounding down. */
const divide: LowerKernel = single(({ lowering, inputs, type }) =>
  lowering.op(type === 'int32' ? 'FloorDiv' : 'RealDiv', inputs, { T: attribute.type(type) }),
);

/** 1 where x > 0, else alpha; NaN stays. */
function step({ lowering, node, inputs: [x], type }: Operands): Edge {
  const T = attribute.type(type);
  const positive = lowering.op('Greater', [x!, lowering.number(0, type)], { T });
  const alpha = (node.attributes.alpha as number | undefined) ?? 0;
  const stepped = lowering.op('SelectV2', [positive, lowering.number(1, type), lowering.number(alpha, type)], { T });
  return type === 'float32'
    ? lowering.op('SelectV2', [lowering.op('IsNan', [x!], { T }), x!, stepped], { T })
    : stepped;
}

function clip({ lowering, node, inputs: [x], type }: Operands): Edge {
  const { clipValueMin, clipValueMax } = node.attributes as { clipValueMin: number; clipValueMax: number };
  return lowering.op('ClipByValue', [x!, lowering.number(clipValueMin, type), lowering.number(clipValueMax, type)], {
    T: attribute.type(type),
  });
}

/** The condition may lack trailing axes. */
function select({ lowering, node, inputs: [condition, yes, no] }: Operands): Edge {
  const [mask, value] = node.inputs as [Node['inputs'][number], Node['inputs'][number]];
  const missing = value.shape.length - mask.shape.length;
  const full =
    missing > 0
      ? lowering.reshape(condition!, 'bool', [...mask.shape, ...new Array<number>(missing).fill(1)])
      : condition!;
  return lowering.op('SelectV2', [full, yes!, no!], { T: attribute.type(lowering.typeOf(node, 1)) });
}

export const ELEMENTWISE: KernelTable = {
  ...named([
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
  RealDiv: divide,
  LogicalNot: logical('LogicalNot'),
  LogicalAnd: logical('LogicalAnd'),
  LogicalOr: logical('LogicalOr'),
  LeakyRelu: single(({ lowering, node, inputs, type }) =>
    lowering.op('LeakyRelu', inputs, {
      T: attribute.type(type),
      alpha: attribute.real(node.attributes.alpha as number),
    }),
  ),
  Step: single(step),
  ClipByValue: single(clip),
  Cast: single(({ lowering, node, inputs: [x], type }) => lowering.cast(x!, type, node.outputs[0]!.dtype)),
  Select: single(select),
  AddN: single(({ lowering, inputs, type }) =>
    lowering.op('AddN', inputs, { T: attribute.type(type), N: attribute.integer(inputs.length) }),
  ),
};
