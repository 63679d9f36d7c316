/** A traced function: its graph, and the names of the graph's inputs and outputs. */
import { Graph } from './graph.ts';
import type { Node, Value } from './node.ts';

export interface Program {
  readonly graph: Graph;
  readonly inputs: readonly { readonly path: string; readonly value: Value }[];
  readonly state: readonly { readonly path: string; readonly value: Value; readonly next: Value }[];
  readonly outputs: readonly { readonly path: string; readonly value: Value }[];
}

/** The nodes that the results depend on, and the ends themselves, in order. */
export function liveNodes({ graph, inputs, state, outputs }: Program): Node[] {
  const live = new Set<Node>();
  const open = [...inputs, ...state, ...outputs]
    .map(({ value }) => value.node)
    .concat(state.map(({ next }) => next.node));
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (live.has(node)) continue;
    live.add(node);
    for (const input of node.inputs) open.push(input.node);
  }
  return graph.nodes.filter((node) => live.has(node));
}

/** The number of reads of each value, by nodes and as a result. */
export function countUses(program: Program): Map<Value, number> {
  const uses = new Map<Value, number>();
  const use = (value: Value): unknown => uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const node of liveNodes(program)) node.inputs.forEach(use);
  program.state.forEach(({ next }) => use(next));
  program.outputs.forEach(({ value }) => use(value));
  return uses;
}

/** The values that replace a node, given its rebuilt inputs; undefined keeps it. */
export type Rule = (node: Node, inputs: readonly Value[], graph: Graph) => readonly Value[] | undefined;

/** Rebuilds the live part of a program, node by node. */
export function rewrite(program: Program, rule: Rule): Program {
  const graph = new Graph();
  const rebuilt = new Map<Value, Value>();
  const at = (value: Value): Value => rebuilt.get(value)!;
  for (const node of liveNodes(program)) {
    const inputs = node.inputs.map(at);
    const outputs = rule(node, inputs, graph) ?? graph.add(node.kernel, inputs, node.attributes);
    node.outputs.forEach((value, i) => rebuilt.set(value, outputs[i]!));
  }
  return {
    graph,
    inputs: program.inputs.map(({ path, value }) => ({ path, value: at(value) })),
    state: program.state.map(({ path, value, next }) => ({ path, value: at(value), next: at(next) })),
    outputs: program.outputs.map(({ path, value }) => ({ path, value: at(value) })),
  };
}
