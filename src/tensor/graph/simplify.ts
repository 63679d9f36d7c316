/** Local algebra on the graph: what tfjs writes in several steps, in one. Nothing here changes a result's bits but where said. */
import { dataOf, splatOf, type Graph } from './graph.ts';
import type { Node, Spec, Value } from './node.ts';
import { rewrite, type Program, type Rule } from './program.ts';

/** Equal nodes and dead ones disappear on the way: see graph.ts and `rewrite`. */
export function simplify(program: Program): Program {
  return rewrite(rewrite(program, rule), rule);
}

const rule: Rule = (node, inputs, graph) => {
  const simplified = RULES[node.kernel]?.(graph, inputs, node);
  return simplified === undefined ? undefined : [simplified];
};

type Simplification = (graph: Graph, inputs: readonly Value[], node: Node) => Value | undefined;

const isSame = (a: Spec, b: Spec): boolean =>
  a.shape.length === b.shape.length && a.shape.every((side, i) => side === b.shape[i]);

function broadcast(graph: Graph, x: Value, { shape }: Spec): Value {
  const splat = splatOf(x);
  if (splat !== undefined) return graph.fill(splat, { shape, dtype: x.dtype });
  return isSame(x, { shape, dtype: x.dtype }) ? x : graph.one('BroadcastTo', [x], { shape: [...shape] });
}

function cast(graph: Graph, [x]: readonly Value[], { outputs }: Node): Value | undefined {
  const [{ dtype, shape }] = outputs as [Value];
  if (x!.dtype === dtype) return x;
  const splat = splatOf(x!);
  if (splat !== undefined && Number.isFinite(splat))
    return graph.fill(dtype === 'bool' ? Number(splat !== 0) : dtype === 'int32' ? Math.trunc(splat) : splat, {
      shape,
      dtype,
    });
  // From bytes or truths, any way round by int32 is a detour.
  const [source] = x!.node.inputs;
  const isDetour =
    x!.node.kernel === 'Cast' && x!.dtype === 'int32' && (source!.dtype === 'uint8' || source!.dtype === 'bool');
  return isDetour ? graph.one('Cast', [source!], { dtype }) : undefined;
}

function reshape(graph: Graph, [x]: readonly Value[], { outputs }: Node): Value | undefined {
  const [result] = outputs as [Value];
  if (isSame(x!, result)) return x;
  const data = dataOf(x!);
  const splat = splatOf(x!);
  if (splat !== undefined) return graph.fill(splat, result);
  if (data !== undefined) return graph.constant(data, result);
  const source = x!.node.kernel === 'Reshape' ? x!.node.inputs[0]! : x!;
  return isSame(source, result) ? source : graph.one('Reshape', [source], { shape: [...result.shape] });
}

/** tfjs's gradient of relu is dy * step(x). Reading relu(x) instead of x lets x go. */
function gradientOfRelu(graph: Graph, dy: Value, step: Value): Value | undefined {
  if (
    step.node.kernel !== 'Step' ||
    ((step.node.attributes.alpha as number | undefined) ?? 0) !== 0 ||
    !isSame(dy, step)
  )
    return undefined;
  const x = step.node.inputs[0]!;
  return dy.dtype === 'float32' ? graph.one('ReluGrad', [dy, graph.find('Relu', [x]) ?? x]) : undefined;
}

function multiply(graph: Graph, [a, b]: readonly Value[], { outputs }: Node): Value | undefined {
  if (splatOf(a!) === 1) return broadcast(graph, b!, outputs[0]!);
  if (splatOf(b!) === 1) return broadcast(graph, a!, outputs[0]!);
  return gradientOfRelu(graph, a!, b!) ?? gradientOfRelu(graph, b!, a!);
}

function add(_: Graph, [a, b]: readonly Value[], { outputs }: Node): Value | undefined {
  if (splatOf(a!) === 0 && isSame(b!, outputs[0]!)) return b;
  if (splatOf(b!) === 0 && isSame(a!, outputs[0]!)) return a;
  return undefined;
}

/** A quotient of what is broadcast is computed before it is broadcast. */
function divide(graph: Graph, [a, b]: readonly Value[], { outputs }: Node): Value | undefined {
  if (splatOf(b!) === 1 && isSame(a!, outputs[0]!)) return a;
  if (a!.node.kernel !== 'BroadcastTo' || b!.shape.length > 0) return undefined;
  return broadcast(graph, graph.one('RealDiv', [a!.node.inputs[0]!, b!]), outputs[0]!);
}

/** Repeating axes of length 1 is broadcasting. */
function tile(graph: Graph, [x]: readonly Value[], { attributes, outputs }: Node): Value | undefined {
  const reps = attributes.reps as number[];
  return x!.shape.every((side, i) => side === 1 || reps[i] === 1) ? broadcast(graph, x!, outputs[0]!) : undefined;
}

/** Numbers are folded where they are alike everywhere: tfjs writes counts and rates as such. */
const fold =
  (compute: (a: number, b: number) => number): Simplification =>
  (graph, [a, b], { outputs }) => {
    const [left, right] = [splatOf(a!), splatOf(b!)];
    return left === undefined || right === undefined || outputs[0]!.dtype !== 'float32'
      ? undefined
      : graph.fill(Math.fround(compute(left, right)), outputs[0]!);
  };

const firstOf =
  (...rules: Simplification[]): Simplification =>
  (graph, inputs, node) => {
    for (const each of rules) {
      const simplified = each(graph, inputs, node);
      if (simplified !== undefined) return simplified;
    }
    return undefined;
  };

const RULES: Readonly<Record<string, Simplification>> = {
  Identity: (_, [x]) => x,
  Cast: cast,
  Reshape: reshape,
  ExpandDims: reshape,
  Transpose: (_, [x], { attributes }) => ((attributes.perm as number[]).every((axis, i) => axis === i) ? x : undefined),
  Tile: tile,
  Multiply: firstOf(
    fold((a, b) => a * b),
    multiply,
  ),
  Add: firstOf(
    fold((a, b) => a + b),
    add,
  ),
  Sub: firstOf(
    fold((a, b) => a - b),
    (_, [a, b], { outputs }) => (splatOf(b!) === 0 && isSame(a!, outputs[0]!) ? a : undefined),
  ),
  RealDiv: firstOf(
    fold((a, b) => a / b),
    divide,
  ),
};
