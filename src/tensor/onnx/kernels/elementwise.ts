/** Kernels that treat every element alike, in any layout of their operands. */
import type { Node, Value } from '../../graph/node.ts';
import type { DType } from '../../host-tensor.ts';
import type { Lowering } from '../lowering.ts';
import { typeNumber, type Attribute, type Name } from '../model.ts';
import type { DeferredConvolution, StridedConvolutions } from '../deferred-convolutions.ts';
import type { KernelTable, LowerKernel } from './kernel.ts';

type Apply = (lowering: Lowering, names: Name[], node: Node) => Name;

const elementwise =
  (apply: Apply): LowerKernel =>
  (lowering, node) => {
    lowering.elementwise(node.outputs[0]!, node.inputs, (names) => apply(lowering, names, node));
  };

const operator = (name: string, attributes: Readonly<Record<string, Attribute>> = {}): LowerKernel =>
  elementwise(({ model }, names) => model.op(name, names, attributes));

const dtypeOf = ({ inputs }: Node): DType => inputs[0]!.dtype;

/** Steep enough to be a step at the smallest normal number. */
const STEEP = { real: 1e38 };

/** 1 if x > 0, else 0. Booleans would be several times slower. */
const isPositive = ({ model }: Lowering, x: Name): Name =>
  model.op('HardSigmoid', [x], { alpha: STEEP, beta: { real: 0 } });

/** Rounds a quotient down, for all signs. */
function floorDiv(lowering: Lowering, [a, b]: Name[], node: Node): Name {
  const { model } = lowering;
  if (dtypeOf(node) === 'float32') return model.op('Floor', [model.op('Div', [a!, b!])]);
  // Doubles hold every int32; ONNX's own division of integers rounds towards zero.
  return lowering.cast(
    model.op('Floor', [model.op('Div', [lowering.cast(a!, 'double'), lowering.cast(b!, 'double')])]),
    'int32',
  );
}

/** The remainder that has the sign of the divisor. */
function mod(lowering: Lowering, [a, b]: Name[], node: Node): Name {
  const { model } = lowering;
  if (dtypeOf(node) === 'int32') return model.op('Mod', [a!, b!]);
  return model.op('Sub', [a!, model.op('Mul', [model.op('Floor', [model.op('Div', [a!, b!])]), b!])]);
}

function clip(lowering: Lowering, [x]: Name[], node: Node): Name {
  const { clipValueMin, clipValueMax } = node.attributes as { clipValueMin: number; clipValueMax: number };
  return lowering.model.op('Clip', [
    x!,
    lowering.number(clipValueMin, dtypeOf(node)),
    lowering.number(clipValueMax, dtypeOf(node)),
  ]);
}

/** 1 where x > 0, else alpha; NaN stays. */
function step(lowering: Lowering, [x]: Name[], node: Node): Name {
  const { model } = lowering;
  const dtype = dtypeOf(node);
  const alpha = (node.attributes.alpha as number | undefined) ?? 0;
  const stepped = model.op('Where', [
    model.op('Greater', [x!, lowering.number(0, dtype)]),
    lowering.number(1, dtype),
    lowering.number(alpha, dtype),
  ]);
  return dtype === 'float32' ? model.op('Where', [model.op('IsNaN', [x!]), x!, stepped]) : stepped;
}

function cast(lowering: Lowering, [x]: Name[], node: Node): Name {
  return lowering.model.op('Cast', [x!], { to: typeNumber(node.outputs[0]!.dtype) });
}

/** tfjs's gradient of elu: dy where y >= 0, else dy (y + 1). */
function eluGrad(lowering: Lowering, [dy, y]: Name[]): Name {
  const { model } = lowering;
  return model.op('Mul', [
    dy!,
    model.op('Add', [model.op('Min', [y!, lowering.number(0, 'float32')]), lowering.number(1, 'float32')]),
  ]);
}

/** The condition may lack trailing axes. */
function select(lowering: Lowering, node: Node): void {
  const [condition, yes, no] = node.inputs as [Value, Value, Value];
  const result = node.outputs[0]!;
  if (condition.shape.length === result.shape.length) {
    lowering.elementwise(result, node.inputs, (names) => lowering.model.op('Where', names));
    return;
  }
  const padded = lowering.reshape(lowering.get(condition), [
    ...condition.shape,
    ...result.shape.slice(condition.shape.length).map(() => 1),
  ]);
  lowering.set(result, 'plain', lowering.model.op('Where', [padded, lowering.get(yes), lowering.get(no)]));
}

/** An addition becomes part of a postponed convolution of the same shape. */
function add(lowering: Lowering, node: Node): void {
  const result = node.outputs[0]!;
  for (const [term, other] of [node.inputs, [...node.inputs].reverse()] as [Value, Value][]) {
    const pending =
      isSame(term, result) && isSame(other, result) && term !== other ? lowering.takeOver(term) : undefined;
    if (pending === undefined || pending.sum !== undefined || pending.relu) continue;
    lowering.postpone(result, { ...pending, sum: lowering.get(other, lowering.layout(term)) });
    return;
  }
  const phases = addPhases(lowering, node);
  if (phases === undefined) operator('Add')(lowering, node);
  else lowering.postponePhases(result, phases);
}

/** Two gradients in parts are added part by part. */
function addPhases(lowering: Lowering, { inputs: [a, b] }: Node): StridedConvolutions | undefined {
  if (a === b) return undefined;
  const [left, right] = [lowering.takeOverPhases(a!), lowering.takeOverPhases(b!)];
  if (left === undefined || right === undefined) return undefined;
  const sum = (
    one: DeferredConvolution | undefined,
    other: DeferredConvolution | undefined,
  ): DeferredConvolution | undefined => (one && other ? { ...one, sum: lowering.convolve(other) } : (one ?? other));
  return left.map((row, y) => row.map((part, x) => sum(part, right[y]![x])));
}

function relu(lowering: Lowering, node: Node): void {
  const pending: DeferredConvolution | undefined = lowering.takeOver(node.inputs[0]!);
  if (pending === undefined || pending.relu) operator('Relu')(lowering, node);
  else lowering.postpone(node.outputs[0]!, { ...pending, relu: true });
}

const isSame = (a: Value, b: Value): boolean =>
  a.shape.length === b.shape.length && a.shape.every((side, i) => side === b.shape[i]);

export const ELEMENTWISE: KernelTable = {
  ...Object.fromEntries(
    [
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
    ].map((name) => [name, operator(name)]),
  ),
  Add: add,
  Relu: relu,
  ReluGrad: elementwise((lowering, [dy, features]) => lowering.model.op('Mul', [dy!, isPositive(lowering, features!)])),
  Sub: operator('Sub'),
  Multiply: operator('Mul'),
  RealDiv: operator('Div'),
  Maximum: operator('Max'),
  Minimum: operator('Min'),
  Pow: operator('Pow'),
  SquaredDifference: elementwise(({ model }, names) => {
    const difference = model.op('Sub', names);
    return model.op('Mul', [difference, difference]);
  }),
  FloorDiv: elementwise(floorDiv),
  Mod: elementwise(mod),
  Equal: operator('Equal'),
  Greater: operator('Greater'),
  GreaterEqual: operator('GreaterOrEqual'),
  Less: operator('Less'),
  LessEqual: operator('LessOrEqual'),
  NotEqual: elementwise(({ model }, names) => model.op('Not', [model.op('Equal', names)])),
  LogicalAnd: operator('And'),
  LogicalOr: operator('Or'),
  LogicalNot: operator('Not'),
  IsNan: operator('IsNaN'),
  IsInf: operator('IsInf'),
  IsFinite: elementwise(({ model }, [x]) =>
    model.op('Not', [model.op('Or', [model.op('IsNaN', [x!]), model.op('IsInf', [x!])])]),
  ),
  Relu6: elementwise((lowering, [x]) =>
    lowering.model.op('Clip', [x!, lowering.number(0, 'float32'), lowering.number(6, 'float32')]),
  ),
  LeakyRelu: elementwise(({ model }, names, { attributes }) =>
    model.op('LeakyRelu', names, { alpha: { real: attributes.alpha as number } }),
  ),
  Elu: operator('Elu'),
  EluGrad: elementwise(eluGrad),
  Expm1: elementwise((lowering, [x]) =>
    lowering.model.op('Sub', [lowering.model.op('Exp', [x!]), lowering.number(1, 'float32')]),
  ),
  Log1p: elementwise((lowering, [x]) =>
    lowering.model.op('Log', [lowering.model.op('Add', [x!, lowering.number(1, 'float32')])]),
  ),
  Rsqrt: elementwise(({ model }, names) => model.op('Reciprocal', [model.op('Sqrt', names)])),
  Square: elementwise(({ model }, [x]) => model.op('Mul', [x!, x!])),
  ClipByValue: elementwise(clip),
  Step: elementwise(step),
  Cast: elementwise(cast),
  Select: select,
  AddN: elementwise(({ model }, names) => names.reduce((sum, name) => model.op('Add', [sum, name]))),
};
