/** Local algebra on programs: exact, apart from the place of a division by a broadcast scalar. */
import { splatOf, type Graph } from '../graph/graph.ts';
import type { Node, Value } from '../graph/node.ts';
import { rewrite, type Program, type Rule } from '../graph/program.ts';
import { sameShape } from '../errors.ts';

export function simplify(program: Program): Program {
  return rewrite(program, (node, inputs, graph) => RULES[node.kernel]?.(node, inputs, graph));
}

const broadcast = (graph: Graph, value: Value, shape: readonly number[]): Value => (sameShape(value.shape, shape) ? value : graph.one('BroadcastTo', [value], { shape: [...shape] }));

const RULES: Readonly<Record<string, Rule>> = {
  Identity: (_, [x]) => [x!],
  Cast: ({ outputs }, [x], graph) => {
    const [to] = outputs as [Value];
    if (x!.dtype === to.dtype) return [x!];
    const splat = splatOf(x!);
    return splat === undefined || to.dtype === 'bool' ? undefined : [graph.fill(to.dtype === 'float32' ? splat : Math.trunc(splat), to)];
  },
  Reshape: reshape,
  ExpandDims: reshape,
  Tile: ({ attributes, outputs }, [x], graph) => {
    const reps = attributes.reps as number[];
    return x!.shape.every((side, i) => side === 1 || reps[i] === 1) ? [broadcast(graph, x!, outputs[0]!.shape)] : undefined;
  },
  Multiply: ({ outputs }, [a, b], graph) => {
    if (splatOf(a!) === 1) return [broadcast(graph, b!, outputs[0]!.shape)];
    if (splatOf(b!) === 1) return [broadcast(graph, a!, outputs[0]!.shape)];
    return reluGradient(a!, b!, graph) ?? reluGradient(b!, a!, graph);
  },
  Add: ({ outputs }, [a, b]) => {
    if (splatOf(a!) === 0 && sameShape(b!.shape, outputs[0]!.shape)) return [b!];
    return splatOf(b!) === 0 && sameShape(a!.shape, outputs[0]!.shape) ? [a!] : undefined;
  },
  RealDiv: ({ outputs }, [a, b], graph) => {
    // (broadcast a) / scalar: divide before there is much to divide.
    if (a!.node.kernel !== 'BroadcastTo' || b!.shape.length !== 0) return undefined;
    return [broadcast(graph, graph.one('RealDiv', [a!.node.inputs[0]!, b!]), outputs[0]!.shape)];
  },
};

function reshape({ outputs }: Node, [x]: readonly Value[], graph: Graph): readonly Value[] | undefined {
  const { shape, dtype } = outputs[0]!;
  if (sameShape(x!.shape, shape)) return [x!];
  const splat = splatOf(x!);
  if (splat !== undefined) return [graph.fill(splat, { shape, dtype })];
  const from = x!.node.kernel === 'Reshape' ? x!.node.inputs[0]! : x!;
  return [sameShape(from.shape, shape) ? from : graph.one('Reshape', [from], { shape: [...shape] })];
}

/** tfjs writes the gradient of a rectifier as dy times a step of its input; its output serves as well and is kept anyway. */
function reluGradient(dy: Value, step: Value, graph: Graph): readonly Value[] | undefined {
  if (step.node.kernel !== 'Step' || ((step.node.attributes.alpha as number | undefined) ?? 0) !== 0 || !sameShape(dy.shape, step.shape)) return undefined;
  const [x] = step.node.inputs as [Value];
  return [graph.one('ReluGrad', [dy, graph.find('Relu', [x]) ?? x])];
}
