/**
 * The translation of one kernel to operations of TensorFlow: a function from the edges of its inputs, by name, to those
 * of its outputs.
 */
import type { Node, Value } from '../../graph/node.ts';
import {
  attributesOf,
  inputsByName,
  outputsByName,
  setOutputs,
  type AttributesOf,
  type Inputs,
  type KernelName,
  type Outputs,
} from '../../graph/signatures.ts';
import { attribute, output, type Attributes, type Edge, type TfType } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';

export type LowerKernel<K extends KernelName> = (
  inputs: Inputs<K, Edge>,
  attributes: AttributesOf<K>,
  context: Context<K>,
) => Outputs<K, Edge>;

/** Some kernels, each under its name; its inputs and attributes have the types of that kernel. */
export type KernelTable = { readonly [K in KernelName]?: LowerKernel<K> };

/** The context of a kernel besides its inputs and attributes. */
export type Context<K extends KernelName> = ContextOf<Inputs<K, Value>, Outputs<K, Value>>;

interface ContextOf<I, O> extends AnyContext {
  /** The inputs as they are in the graph: their shapes and dtypes. */
  readonly values: I;
  readonly results: O;
}

/** The same for functions that serve several kernels. */
export interface AnyContext {
  readonly lowering: Lowering;
  readonly node: Node;
  /** The inputs in order. */
  readonly edges: readonly Edge[];
  /** The type of the node's first input; float32 without inputs. */
  readonly type: TfType;
}

/** Lowers a node, and sets every output of it. */
export function lowerNode<K extends KernelName>(
  kernel: K,
  lowerKernel: LowerKernel<K>,
  lowering: Lowering,
  node: Node,
): void {
  const edges = lowering.inputsOf(node);
  const found = lowerKernel(inputsByName(kernel, edges), attributesOf<K>(node), {
    lowering,
    node,
    edges,
    type: node.inputs.length === 0 ? 'float32' : lowering.typeOf(node),
    values: inputsByName(kernel, node.inputs),
    results: outputsByName(kernel, node.outputs),
  });
  setOutputs(kernel, node, found, (value, edge: Edge) => {
    lowering.set(value, edge);
  });
}

/** A kernel that is an operation of TensorFlow with the type of its first input as `T`. */
export const operation =
  (name: string, attributes: Attributes = {}) =>
  (_: unknown, __: unknown, { lowering, edges, type }: AnyContext): Edge =>
    lowering.op(name, edges, { T: attribute.type(type), ...attributes });

/** The outputs of an operation in order, from its first one. */
export const outputsOf = (edge: Edge, count: number): Edge[] =>
  Array.from({ length: count }, (_, index) => output(edge, index));

export const int32Type = attribute.type('int32');
