/**
 * The translation of one kernel to operators of ONNX.
 *
 * A kernel is given the values of its inputs by name, takes their names in the layouts that it likes, and sets its
 * outputs. Most kernels need no layouts: `plain` and `elementwise` turn functions of names into such kernels.
 */
import type { Node, Value } from '../../graph/node.ts';
import {
  inputsByName,
  setOutputs,
  type AttributesOf,
  type Inputs,
  type KernelName,
  type Outputs,
} from '../../graph/signatures.ts';
import type { Lowering } from '../lowering.ts';
import type { Model, Name } from '../model.ts';

/** Sets every output of the node. */
export type LowerKernel<K extends KernelName> = (
  inputs: Inputs<K, Value>,
  attributes: AttributesOf<K>,
  context: Context<K>,
) => void;

/** Some kernels, each under its name; its inputs and attributes have the types of that kernel. */
export type KernelTable = { readonly [K in KernelName]?: LowerKernel<K> };

export type Context<K extends KernelName> = ContextOf<Outputs<K, Value>>;

interface ContextOf<O> {
  readonly lowering: Lowering;
  readonly node: Node;
  /** The outputs to set; a kernel of one output has that one here. */
  readonly results: O;
}

/** A kernel whose inputs and outputs are all plain. */
type PlainKernel<K extends KernelName> = (
  inputs: Inputs<K, Name>,
  attributes: AttributesOf<K>,
  context: PlainContext<K>,
) => Outputs<K, Name>;

export type PlainContext<K extends KernelName> = PlainContextOf<Inputs<K, Value>, Outputs<K, Value>>;

interface PlainContextOf<I, O> extends AnyContext {
  /** The inputs as they are in the graph: their shapes and dtypes. */
  readonly values: I;
  readonly results: O;
}

/** The same for functions that serve several kernels. */
export interface AnyContext {
  readonly lowering: Lowering;
  readonly model: Model;
  /** The inputs in order. */
  readonly names: readonly Name[];
}

type PlainTable = { readonly [K in KernelName]?: PlainKernel<K> };

export function plain<T extends PlainTable>(table: T): LoweredBy<T> {
  return lowerEach(table, (kernel, lower) => plainly(kernel, lower as PlainKernel<KernelName>));
}

function plainly<K extends KernelName>(kernel: K, lower: PlainKernel<K>): LowerKernel<K> {
  return (_, attributes, { lowering, node, results }) => {
    const names = node.inputs.map((input) => lowering.get(input));
    const values = inputsByName(kernel, node.inputs);
    const context = { lowering, model: lowering.model, names, values, results };
    const found = lower(inputsByName(kernel, names), attributes, context);
    setOutputs(kernel, node, found, (output, name: Name) => {
      lowering.set(output, 'plain', name);
    });
  };
}

/** A kernel of one output that treats every element alike, in the layout of its output. */
type ElementwiseKernel<K extends KernelName> = (
  inputs: Inputs<K, Name>,
  attributes: AttributesOf<K>,
  context: ElementwiseContext<K>,
) => Name;

export type ElementwiseContext<K extends KernelName> = PlainContextOf<Inputs<K, Value>, unknown>;

type ElementwiseTable = { readonly [K in KernelName]?: ElementwiseKernel<K> };

export function elementwise<T extends ElementwiseTable>(table: T): LoweredBy<T> {
  return lowerEach(table, (kernel, lower) => inAnyLayout(kernel, lower as ElementwiseKernel<KernelName>));
}

function inAnyLayout<K extends KernelName>(kernel: K, lower: ElementwiseKernel<K>): LowerKernel<K> {
  return (values, attributes, { lowering, node, results }) => {
    const [result] = node.outputs;
    if (result === undefined) throw new Error(`Internal error: "${kernel}" has no output.`);
    lowering.elementwise(result, node.inputs, (names) =>
      lower(inputsByName(kernel, names), attributes, { lowering, model: lowering.model, names, values, results }),
    );
  };
}

/** The table of kernels that a table of simpler functions becomes. */
type LoweredBy<T> = { readonly [K in keyof T & KernelName]: LowerKernel<K> };

function lowerEach<T extends object>(
  table: T,
  wrap: (kernel: KernelName, lower: unknown) => LowerKernel<KernelName>,
): LoweredBy<T> {
  const wrapped = Object.entries(table).map(([kernel, lower]) => [kernel, wrap(kernel as KernelName, lower)]);
  return Object.fromEntries(wrapped) as LoweredBy<T>;
}
