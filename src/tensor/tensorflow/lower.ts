/**
 * A program as a TensorFlow graph with its state in resource variables, with the facts that a session needs to run it.
 */
import { dataOf, numbersOf, splatOf } from '../graph/graph.ts';
import type { Node, Value } from '../graph/node.ts';
import { liveNodes, type Program } from '../graph/program.ts';
import { attribute, GraphDef, type Edge } from './graph-def.ts';
import { lowerKernel } from './kernels/index.ts';
import { Lowering } from './lowering.ts';
import { findMomentum, type MomentumUpdate } from './momentum.ts';
import type { ReducedNodes } from '../graph/precision.ts';

export interface Port {
  readonly edge: Edge;
  /** The path in the caller's tree. */
  readonly path: string;
  readonly dtype: Value['dtype'];
  readonly shape: readonly number[];
}

/** A leaf of the state: `edge` reads it, `write` is fed its replacement. */
export interface StatePort extends Port {
  readonly write: Edge;
}

export interface Lowered {
  readonly graph: GraphDef;
  readonly inputs: readonly Port[];
  readonly state: readonly StatePort[];
  readonly outputs: readonly Port[];
  /** Fetched for their effects: the step, when no output is wanted, and writing the state. */
  readonly stepped: Edge;
  readonly written: Edge;
}

export function lower(program: Program, reduced: ReducedNodes): Lowered {
  const graph = new GraphDef();
  const lowering = new Lowering(graph, reduced);
  const inputs = program.inputs.map(({ path, value }): Port => {
    const edge = placeholder(graph, value);
    lowering.set(value, copyOf(graph, value, edge));
    return portOf(value, path, edge);
  });
  const variables = program.state.map(({ value }, i) => {
    const handle = graph.op('VarHandleOp', [], {
      dtype: attribute.type(value.dtype),
      shape: attribute.shape(value.shape),
      shared_name: attribute.text(`state${i}`),
      container: attribute.text(''),
    });
    const read = graph.op('ReadVariableOp', [handle], { dtype: attribute.type(value.dtype) });
    lowering.set(value, read);
    return { handle, read };
  });
  const moved = findMomentum(program);
  lowerNodes(lowering, program, new Set(moved.flatMap(({ nodes }) => nodes)));
  const stepped = after(graph, [
    ...moveByMomentum(lowering, program, moved, variables),
    ...assign(lowering, program, moved, variables),
  ]);
  const outputs = program.outputs.map(({ path, value }) =>
    portOf(value, path, graph.op('Identity', [lowering.get(value)], { T: attribute.type(value.dtype) }, [stepped])),
  );

  const state = program.state.map(({ path, value }, i): StatePort => ({
    ...portOf(value, path, variables[i]!.read),
    write: placeholder(graph, value),
  }));
  const writes = state.map((port, i) =>
    graph.op('AssignVariableOp', [variables[i]!.handle, copyOf(graph, port, port.write)], {
      dtype: attribute.type(port.dtype),
    }),
  );
  return { graph, inputs, state, outputs, stepped, written: after(graph, writes) };
}

interface Variable {
  readonly handle: Edge;
  readonly read: Edge;
}

/** A variable changes after it was read; the read value stays unchanged. */
function assign(
  lowering: Lowering,
  program: Program,
  moved: readonly MomentumUpdate[],
  variables: readonly Variable[],
): Edge[] {
  const done = new Set(moved.flatMap(({ weight, velocity }) => [weight, velocity]));
  return program.state.flatMap(({ value, next }, i) => {
    const { handle, read } = variables[i]!;
    return next === value || done.has(i)
      ? []
      : [
          lowering.graph.op('AssignVariableOp', [handle, lowering.get(next)], { dtype: attribute.type(value.dtype) }, [
            read,
          ]),
        ];
  });
}

/** In place, after all other reads of the old values: a variable with values still in use would be copied first. */
function moveByMomentum(
  lowering: Lowering,
  program: Program,
  moved: readonly MomentumUpdate[],
  variables: readonly Variable[],
): Edge[] {
  const within = new Set(moved.flatMap(({ nodes }) => nodes));
  const readers = new Map<Value, Edge[]>();
  for (const node of liveNodes(program)) {
    if (within.has(node) || node.inputs.length === 0) continue;
    const done = lowering.edgeOf(node.outputs[0]!);
    for (const input of node.inputs)
      if (input.node.kernel === 'State') readers.set(input, [...(readers.get(input) ?? []), done]);
  }
  return moved.map(({ weight, velocity, gradient, momentum, rate }) => {
    const waited = [weight, velocity].flatMap((i) => [
      variables[i]!.read,
      ...(readers.get(program.state[i]!.value) ?? []),
    ]);
    const operands = [
      rate === undefined ? lowering.number(1, 'float32') : lowering.get(rate),
      lowering.get(gradient),
      lowering.number(momentum, 'float32'),
    ];
    return lowering.graph.op(
      'ResourceApplyMomentum',
      [variables[weight]!.handle, variables[velocity]!.handle, ...operands],
      { T: attribute.type('float32'), use_locking: attribute.truth(true) },
      waited,
    );
  });
}

const portOf = ({ dtype, shape }: Value, path: string, edge: Edge): Port => ({ edge, path, dtype, shape });

const placeholder = (graph: GraphDef, { dtype, shape }: Value): Edge =>
  graph.op('Placeholder', [], { dtype: attribute.type(dtype), shape: attribute.shape(shape) });

/**
 * What is fed may lie in an ArrayBuffer, which the binding lets go when TensorFlow's last use of it ends. A variable
 * that took it over would let it go in the middle of a later run, on threads of TensorFlow, two at a time: V8 breaks.
 */
const copyOf = (graph: GraphDef, { dtype }: Pick<Value, 'dtype'>, fed: Edge): Edge =>
  graph.op('DeepCopy', [fed], { T: attribute.type(dtype) });

/** Something to fetch that comes when all operations are done. */
const after = (graph: GraphDef, operations: readonly Edge[]): Edge =>
  graph.op('Identity', [graph.integer(0)], { T: attribute.type('int32') }, operations);

function lowerNodes(lowering: Lowering, program: Program, left: ReadonlySet<Node>): void {
  for (const node of liveNodes(program)) {
    if (node.kernel === 'Input' || node.kernel === 'State' || left.has(node)) continue;
    if (node.kernel === 'Const') {
      const [value] = node.outputs as [Value];
      lowering.set(value, constant(lowering, value));
      continue;
    }
    lowerKernel(lowering, node);
  }
}

/** A fill is one repeated number, so that graphs stay small. */
function constant({ graph }: Lowering, value: Value): Edge {
  const splat = splatOf(value);
  if (splat === undefined) return graph.constant(value.dtype, value.shape, dataOf(value)!);
  const one = graph.constant(value.dtype, [], numbersOf(value.dtype, [splat]));
  return value.shape.length === 0
    ? one
    : graph.op('Fill', [graph.integers(value.shape), one], {
        T: attribute.type(value.dtype),
        index_type: attribute.type('int32'),
      });
}
