/** The state of a lowering to TensorFlow: the edge and type of each value. */
import { numbersOf } from '../graph/graph.ts';
import type { Node, Value } from '../graph/node.ts';
import type { DType } from '../host-tensor.ts';
import { attribute, type Attributes, type Edge, type GraphDef, type TfType } from './graph-def.ts';
import { outputType, inputType, type ReducedNodes } from '../graph/precision.ts';

export class Lowering {
  readonly graph: GraphDef;
  readonly #reduced: ReducedNodes;
  readonly #edges = new Map<Value, Map<TfType, Edge>>();
  /** The operation behind a training batch norm: its gradient reads outputs that no kernel of tfjs has. */
  readonly batchNorms = new Map<Node, Edge>();

  /** @param reduced the nodes that compute in bfloat16 */
  constructor(graph: GraphDef, reduced: ReducedNodes) {
    this.graph = graph;
    this.#reduced = reduced;
  }

  set(value: Value, edge: Edge): void {
    this.#edges.set(value, new Map([[outputType(value, this.#reduced), edge]]));
  }

  /** The value in its own dtype, or in the requested type. */
  get(value: Value, type: TfType = value.dtype): Edge {
    const known = this.#edges.get(value);
    if (known === undefined)
      throw new Error(`Internal error: a value of "${value.node.kernel}" is read before it is lowered.`);
    const edge = known.get(type);
    if (edge !== undefined) return edge;
    const [[from, source]] = known as unknown as [[TfType, Edge]];
    const converted = this.cast(source, from, type);
    known.set(type, converted);
    return converted;
  }

  /** The edge by which the value leaves its operation, in its type there. */
  edgeOf(value: Value): Edge {
    return this.get(value, outputType(value, this.#reduced));
  }

  /** The inputs of a node in the types in which it takes them. */
  inputsOf(node: Node): Edge[] {
    return node.inputs.map((input, i) => this.get(input, this.typeOf(node, i)));
  }

  /** The type in which a node takes an input. */
  typeOf(node: Node, input = 0): TfType {
    return inputType(node, input, this.#reduced);
  }

  cast(edge: Edge, from: TfType, to: TfType): Edge {
    return from === to ? edge : this.graph.op('Cast', [edge], { SrcT: attribute.type(from), DstT: attribute.type(to) });
  }

  reshape(edge: Edge, type: TfType, shape: readonly number[]): Edge {
    return this.graph.op('Reshape', [edge, this.graph.integers(shape)], {
      T: attribute.type(type),
      Tshape: attribute.type('int32'),
    });
  }

  /** A number of the given type, of rank 0. */
  number(value: number, type: TfType): Edge {
    const stored: DType = type === 'bfloat16' ? 'float32' : type;
    return this.cast(this.graph.constant(stored, [], numbersOf(stored, [value])), stored, type);
  }

  op(operation: string, inputs: readonly Edge[], attributes: Attributes = {}): Edge {
    return this.graph.op(operation, inputs, attributes);
  }
}
