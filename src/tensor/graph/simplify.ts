/** Local algebra on the graph: several steps of tfjs become one. Results keep their bits, except where noted. */
import { sameShape } from '../errors.ts';
import type { DType } from '../host-tensor.ts';
import { dataOf, splatOf, type Graph } from './graph.ts';
import type { Attributes, Spec, Value } from './node.ts';
import { rewrite, type Program, type Rule } from './program.ts';
import {
  attributesOf,
  inputsByName,
  isKernelName,
  type AttributesOf,
  type Inputs,
  type KernelName,
} from './signatures.ts';

/** Equal nodes and dead ones disappear on the way: see graph.ts and `rewrite`. */
export function simplify(program: Program): Program {
  return rewrite(rewrite(program, rule), rule);
}

/** Gives a value that replaces the only output of a node, or undefined to keep the node. */
type Simplification<K extends KernelName> = (
  graph: Graph,
  inputs: Inputs<K, Value>,
  node: Simplified<AttributesOf<K>>,
) => Value | undefined;

interface Simplified<A> {
  readonly attributes: A;
  /** The output of the node. */
  readonly y: Value;
}

const rule: Rule = ({ kernel, attributes, outputs: [y] }, inputs, graph) => {
  if (!isKernelName(kernel) || y === undefined) return undefined;
  const simplified = simplifyBy(RULES, kernel, graph, inputs, { attributes, y });
  return simplified === undefined ? undefined : [simplified];
};

function simplifyBy<K extends KernelName>(
  rules: { readonly [P in K]?: Simplification<P> },
  kernel: K,
  graph: Graph,
  inputs: readonly Value[],
  { attributes, y }: Simplified<Attributes>,
): Value | undefined {
  return rules[kernel]?.(graph, inputsByName(kernel, inputs), { attributes: attributesOf<K>({ attributes }), y });
}

interface Operand {
  readonly x: Value;
}

interface Operands {
  readonly a: Value;
  readonly b: Value;
}

type Result = Pick<Simplified<unknown>, 'y'>;

function broadcast(graph: Graph, x: Value, { shape }: Spec): Value {
  const splat = splatOf(x);
  if (splat !== undefined) return graph.fill(splat, { shape, dtype: x.dtype });
  return sameShape(x.shape, shape) ? x : graph.one('BroadcastTo', [x], { shape: [...shape] });
}

function cast(graph: Graph, { x }: Operand, { y: { dtype, shape } }: Result): Value | undefined {
  if (x.dtype === dtype) return x;
  const splat = splatOf(x);
  if (splat !== undefined && Number.isFinite(splat)) return graph.fill(castNumber(splat, dtype), { shape, dtype });
  // From bytes or truths, any way round by int32 is a detour.
  const [source] = x.node.kernel === 'Cast' && x.dtype === 'int32' ? x.node.inputs : [];
  const isDetour = source?.dtype === 'uint8' || source?.dtype === 'bool';
  return isDetour ? graph.one('Cast', [source], { dtype }) : undefined;
}

function castNumber(value: number, to: DType): number {
  if (to === 'bool') return Number(value !== 0);
  return to === 'int32' ? Math.trunc(value) : value;
}

function reshape(graph: Graph, x: Value, result: Value): Value | undefined {
  if (sameShape(x.shape, result.shape)) return x;
  const splat = splatOf(x);
  if (splat !== undefined) return graph.fill(splat, result);
  const data = dataOf(x);
  if (data !== undefined) return graph.constant(data, result);
  const [source = x] = x.node.kernel === 'Reshape' ? x.node.inputs : [];
  return sameShape(source.shape, result.shape) ? source : graph.one('Reshape', [source], { shape: [...result.shape] });
}

/** tfjs's gradient of relu is dy * step(x). The output relu(x) replaces x, so that x is freed. */
function gradientOfRelu(graph: Graph, dy: Value, step: Value): Value | undefined {
  const { kernel, attributes, inputs } = step.node;
  const [x] = kernel === 'Step' ? inputs : [];
  const isGradient = ((attributes.alpha as number | undefined) ?? 0) === 0 && sameShape(dy.shape, step.shape);
  if (x === undefined || !isGradient || dy.dtype !== 'float32') return undefined;
  return graph.one('ReluGrad', [dy, graph.find('Relu', [x]) ?? x]);
}

function multiply(graph: Graph, { a, b }: Operands, { y }: Result): Value | undefined {
  if (splatOf(a) === 1) return broadcast(graph, b, y);
  if (splatOf(b) === 1) return broadcast(graph, a, y);
  return gradientOfRelu(graph, a, b) ?? gradientOfRelu(graph, b, a);
}

function add(_: Graph, { a, b }: Operands, { y }: Result): Value | undefined {
  if (splatOf(a) === 0 && sameShape(b.shape, y.shape)) return b;
  return splatOf(b) === 0 && sameShape(a.shape, y.shape) ? a : undefined;
}

const subtract = (_: Graph, { a, b }: Operands, { y }: Result): Value | undefined =>
  splatOf(b) === 0 && sameShape(a.shape, y.shape) ? a : undefined;

/** A quotient of a broadcast value is computed before the broadcast. */
function divide(graph: Graph, { a, b }: Operands, { y }: Result): Value | undefined {
  if (splatOf(b) === 1 && sameShape(a.shape, y.shape)) return a;
  const [source] = a.node.kernel === 'BroadcastTo' && b.shape.length === 0 ? a.node.inputs : [];
  return source === undefined ? undefined : broadcast(graph, graph.one('RealDiv', [source, b]), y);
}

/** Tensors of one repeated number are folded: tfjs writes counts and rates as such. */
const folded =
  (
    compute: (a: number, b: number) => number,
    otherwise: (graph: Graph, inputs: Operands, result: Result) => Value | undefined,
  ) =>
  (graph: Graph, inputs: Operands, { y }: Result): Value | undefined => {
    const [left, right] = [splatOf(inputs.a), splatOf(inputs.b)];
    return left === undefined || right === undefined || y.dtype !== 'float32'
      ? otherwise(graph, inputs, { y })
      : graph.fill(Math.fround(compute(left, right)), y);
  };

const RULES: { readonly [K in KernelName]?: Simplification<K> } = {
  Identity: (_, { x }) => x,
  Cast: cast,
  Reshape: (graph, { x }, { y }) => reshape(graph, x, y),
  ExpandDims: (graph, { input }, { y }) => reshape(graph, input, y),
  Transpose: (_, { x }, { attributes: { perm } }) => (perm.every((axis, i) => axis === i) ? x : undefined),
  /** Repeating axes of length 1 is broadcasting. */
  Tile: (graph, { x }, { attributes: { reps }, y }) =>
    x.shape.every((side, i) => side === 1 || reps[i] === 1) ? broadcast(graph, x, y) : undefined,
  Multiply: folded((a, b) => a * b, multiply),
  Add: folded((a, b) => a + b, add),
  Sub: folded((a, b) => a - b, subtract),
  RealDiv: folded((a, b) => a / b, divide),
};
